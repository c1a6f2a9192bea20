"""Publishing by API is held to the workspace's red lines, and passes them with a reason."""

from huixiang.announcements.actions import resolve_and_draft
from huixiang.cases.models import Case
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership
from tests.api.conftest import Program


def test_personal_data_holds_publishing_until_anyway_says_why(desk: Program, case: Case, operator: Membership) -> None:
    draft = resolve_and_draft(theme=case.theme, root_cause="", fix="改好了", fixed_in="3.4.2", by=operator)
    address = f"announcements/{draft.id}"
    desk.patch(address, {"what_next": "有疑问请打 13612345678。"})
    held, told = desk.post(f"{address}/publish", {})
    assert (held, "13612345678" in told["error"]) == (409, True)
    assert desk.post(f"{address}/publish", {"anyway": "门店自己的热线"})[0] == 200
    assert Entry.objects.get(name="announcements.red_line_crossed").data == {"lines": ["exposes"]}
