"""The shipped playbooks in the other language."""

from django.utils import translation

from huixiang.channels.models import ChannelAccount
from huixiang.dialogue.queries import keys
from huixiang.journal.models import Entry
from huixiang.playbooks import editing, queries, retelling, shipped
from huixiang.playbooks.models import Playbook
from huixiang.workspaces.models import Membership, Workspace
from tests.playbooks.opening import opened, run_of, steps


def _books(workspace: Workspace) -> list[tuple[str, str]]:
    return [(book.name, retelling.spoken(book)) for book in queries.playbooks(workspace)]


def test_a_workspace_can_begin_in_either_language(workspace: Workspace) -> None:
    shipped.furnish(workspace=workspace, language="en-gb")
    assert _books(workspace) == [
        ("Red: crisis", "en"), ("Orange: cross-team", "en"), ("Yellow: standard", "en"), ("Blue: comfort", "en"),
    ]  # fmt: skip


def test_what_nobody_rewrote_is_told_anew_and_running_cases_keep_theirs(
    workspace: Workspace, app_channel: ChannelAccount, owner: Membership
) -> None:
    [before] = opened(app_channel, grade="yellow")
    yellow, blue = (Playbook.objects.get(key=key) for key in ("yellow-standard", "blue-comfort"))
    rows = editing.rows_of(yellow.active)  # type: ignore[arg-type]
    editing.save_draft(playbook=yellow, name=yellow.name, conditions={"grades": ["yellow"]}, steps=rows, by=owner)
    quick = [fields | {"minutes": 5} for fields in editing.rows_of(blue.active)]  # type: ignore[arg-type]
    editing.save_draft(playbook=blue, name=blue.name, conditions={"grades": ["blue"]}, steps=quick, by=owner)
    editing.publish(playbook=blue, note="快一点", by=owner)
    Playbook.objects.filter(key="orange-cross-team").update(name="橙·我们的")
    assert retelling.retell(workspace=workspace, language="en", by=owner) == retelling.Retold(done=2, left=1)
    assert _books(workspace) == [
        ("Red: crisis", "en"), ("橙·我们的", ""), ("黄·标准", "zh_hans"), ("Blue: comfort", "en"),
    ]  # fmt: skip
    [case] = opened(app_channel, grade="blue")
    assert {(row.step.title, row.step.minutes) for row in steps(case).values()} >= {("Thank them for speaking up", 5)}
    assert run_of(before).version.number == 1
    told = Entry.objects.filter(name="playbooks.published", subject_id=blue.id).order_by("id").last()
    assert told is not None
    assert (told.data["version"], told.actor_id) == (3, owner.id)
    assert retelling.retell(workspace=workspace, language="en", by=owner) == retelling.Retold(done=0, left=1)


def test_templates_are_named_in_the_readers_language(workspace: Workspace) -> None:
    with translation.override("en"):
        english = dict(keys(workspace))
    with translation.override("zh-hans"):
        chinese = dict(keys(workspace))
    assert list(english) == list(chinese)
    assert english["thank_and_apologise"].isascii()
    assert not chinese["thank_and_apologise"].isascii()
