"""Red lines hold an answer back whatever the way in, and the journal keeps why one went out all the same."""

import pytest

from huixiang.cases.actions import note, reply
from huixiang.cases.models import Case, Turn
from huixiang.cases.red_lines import Crossed, RedLine, held_lines, hold_to
from huixiang.journal.events import Actor
from huixiang.journal.models import Entry
from huixiang.workspaces.models import Membership, Workspace

THREAT = "再这样发，后果自负。"


def _answers(case: Case) -> list[str]:
    return list(Turn.objects.filter(case=case, direction="outbound").values_list("text", flat=True))


def test_a_threat_is_held_back_and_the_sentence_names_the_words(case: Case, operator: Membership) -> None:
    with pytest.raises(Crossed) as held:
        reply(case=case, by=operator, text=THREAT, lane="private")
    assert [(one.line, bool(one.better)) for one in held.value.crossings] == [(RedLine.THREATENS, True)]
    assert held.value.crossings[0].words in str(held.value.sentence)
    assert _answers(case) == []
    assert Entry.objects.filter(name__in=["cases.answered", "cases.red_line_crossed"]).count() == 0


def test_with_a_reason_it_goes_out_and_the_journal_tells_who_which_and_why(case: Case, operator: Membership) -> None:
    turn = reply(case=case, by=operator, text=THREAT, lane="private", anyway=" 法务要求原话发出 ")
    entry = Entry.objects.select_related("words").get(name="cases.red_line_crossed")
    assert (entry.subject_id, entry.actor_kind, entry.actor_id) == (case.id, "staff", operator.id)
    assert entry.data == {"turn_id": str(turn.id), "lines": ["threatens"]}
    assert entry.words.text == "法务要求原话发出"


def test_an_empty_reason_is_none(case: Case, operator: Membership) -> None:
    with pytest.raises(Crossed):
        reply(case=case, by=operator, text=THREAT, lane="private", anyway="  ")


def test_a_reason_without_a_crossing_leaves_no_trace(case: Case, operator: Membership) -> None:
    reply(case=case, by=operator, text="谢谢您，我们在查。", lane="private", anyway="以防万一")
    assert Entry.objects.filter(name="cases.red_line_crossed").count() == 0


def test_what_stands_far_down_is_held_back_too(case: Case, operator: Membership) -> None:
    with pytest.raises(Crossed):
        reply(case=case, by=operator, text="我们在查。" * 2_000 + THREAT, lane="private")


def test_a_number_holds_only_what_everybody_reads(case: Case, operator: Membership) -> None:
    Case.objects.filter(id=case.id).update(public=True)
    reply(case=case, by=operator, text="请打 13612345678 找我。", lane="private")
    with pytest.raises(Crossed) as held:
        reply(case=case, by=operator, text="请打 13612345678 找我。", lane="public")
    assert held.value.numbers == ("13612345678",)


def test_a_note_of_the_team_crosses_nothing(case: Case, operator: Membership) -> None:
    note(case=case, by=operator, text="他电话 13612345678。" + THREAT)
    assert Turn.objects.filter(case=case, direction="note").count() == 1


def test_a_line_switched_off_holds_nothing_and_the_journal_tells(
    workspace: Workspace, case: Case, operator: Membership
) -> None:
    assert held_lines(workspace) == list(RedLine)
    for _time in range(2):
        hold_to(workspace=operator.workspace, lines=["exposes"], actor=Actor("staff", operator.id))
    reply(case=case, by=operator, text=THREAT, lane="private")
    assert _answers(case) == [THREAT]
    assert [entry.data for entry in Entry.objects.filter(name="cases.red_lines_set")] == [{"lines": ["exposes"]}]
