"""What members, programs and staff write stays words on every page: no element, no attribute, no address of theirs."""

import json
from collections.abc import Iterable

from django.test import Client
from nh3 import is_html

from huixiang.announcements.models import Announcement
from huixiang.triage.actions import process
from huixiang.ui.markdown import render
from tests import factories
from tests.hostile.pages import Reading, addresses, forms_of, read
from tests.hostile.values import SCRIPT
from tests.security.test_tenancy import World

GOES_AWAY = ("delete", "erase", "remove", "revoke", "undo", "original", "merge", "split", "join", "logout", "part")
SCHEMES = ("javascript:", "data:", "vbscript:")
LINKS = ("href", "src", "action", "formaction", "hx-get", "hx-post")


def written(client: Client, pages: Iterable[str]) -> int:
    """Put the script into every typed field of every form that keeps something; how many forms took it."""
    taken = 0
    for form in forms_of(client, pages):
        if form.method == "post" and form.typed and not any(word in form.name for word in GOES_AWAY):
            body = {**form.fields, **{name: [SCRIPT] for name in form.typed if name not in {"next", "seen_at"}}}
            taken += client.post(form.action, body).status_code < 400
    return taken


def evil(page: Reading) -> list[str]:
    """What of a page is not ours."""
    found = [tag for tag, _given in page.elements if tag == "hx-evil"]
    for tag, given in page.elements:
        found += [f"{tag} {name}" for name in given if name.startswith("on")]
        found += [
            f"{tag} {name}={given[name]}" for name in LINKS if given.get(name, "").lower().startswith(SCHEMES)
        ]
    return found


def messages_of(world: World) -> None:
    """Messages whose every field is a script, by the API."""
    client = Client(headers={"Authorization": f"Bearer {world.key}"})
    body = [
        {
            "channel": "owners-app", "external_id": f"{SCRIPT}{number}", "thread": SCRIPT,
            "author": {"id": SCRIPT, "name": SCRIPT}, "text": f"{text} {SCRIPT}",
        }
        for number, text in enumerate([factories.COLD_START, factories.RUDE_SERVICE, SCRIPT])
    ]  # fmt: skip
    answer = client.post("/api/v1/messages", json.dumps({"messages": body}), content_type="application/json")
    assert [row["status"] for row in answer.json()["results"]] == ["stored"] * 3
    process(workspace_id=world.workspace.id)


def test_nothing_of_theirs_runs_on_any_page(community: World, staff: Client, member: Client) -> None:
    world = community
    messages_of(world)
    desk, portal = addresses(world, "desk"), addresses(world, "portal")
    assert written(staff, desk) > 20
    assert written(member, portal) >= 3
    process(workspace_id=world.workspace.id)
    found, seen = {}, 0
    for client, pages in ((staff, desk), (member, portal), (Client(), portal)):
        for address in pages:
            page = read(client, address)
            seen += page is not None
            if page and evil(page):
                found[address] = evil(page)
    assert (found, seen > 60) == ({}, True)


def test_what_programs_are_told_is_json_and_nothing_else(world: World) -> None:
    messages_of(world)
    client = Client(headers={"Authorization": f"Bearer {world.key}"})
    answer = client.get("/api/v1/feedback")
    assert (answer["Content-Type"].split(";")[0], answer["X-Content-Type-Options"]) == ("application/json", "nosniff")


WRITTEN = """[a](javascript:alert(1)) [b](data:text/html,x) ![c](https://evil.example/p.png) <img src=x onerror=1>
<script>1</script> [d](//evil.example) <javascript:alert(1)> [e](JaVaScRiPt&colon;alert(1)) [f](https://ok.example "t")
```<hx-evil>```
<hx-evil onx=1>"""


def test_an_announcement_is_a_few_harmless_tags(community: World, member: Client, staff: Client) -> None:
    page = Reading(render(WRITTEN), "/")
    tags = {tag for tag, _given in page.elements}
    assert tags <= {"p", "br", "a", "code", "pre"}
    links = {given.get("href") for tag, given in page.elements if tag == "a"} - {None}
    assert links == {"//evil.example", "https://ok.example"}  # a link leads away only when somebody follows it
    assert is_html(str(render(WRITTEN)))
    written = Announcement.objects.filter(id=community.ids["announcement_id"])
    written.update(what_happened=WRITTEN, how_fixed=WRITTEN, title=SCRIPT)
    for client, place in ((member, f"/c/{community.workspace.slug}/"), (staff, f"/w/{community.workspace.slug}/")):
        shown = read(client, f"{place}announcements/{community.ids['announcement_id']}/")
        assert shown is not None
        assert (evil(shown), [given for tag, given in shown.elements if "evil.example" in given.get("src", "")]) == (
            [],
            [],
        )
