"""Whatever is about a person is known to those who erase, export and join."""

from django.apps import apps
from django.db.models import Model

from huixiang.members.models import Joining, Member, NotSame
from huixiang.members.traces import table

NAMES = {"member_id", "recipient_member_id"}
OWN = {Joining, NotSame}  # about two members at once: they go with both


def _about_members() -> dict[type[Model], str]:
    """Every table of ours with a column that names a member."""
    found: dict[type[Model], str] = {}
    for model in apps.get_models():
        if model.__module__.startswith("huixiang") and model is not Member and model not in OWN:
            for field in model._meta.concrete_fields:
                if field.related_model is Member or field.attname in NAMES:
                    found[model] = field.attname
    return found


def test_every_table_about_members_is_told_of_for_erasure() -> None:
    told = {trace.model for trace in table.traces}
    assert {model.__name__ for model in _about_members() if model not in told and model.__name__ != "Erasure"} == set()


def test_every_table_about_members_goes_along_when_two_become_one() -> None:
    told = {(move.model, move.member) for move in table.moves}
    left = {model.__name__ for model, column in _about_members().items() if (model, column) not in told}
    assert left == {"DataExport", "Erasure"}  # whose file and whose wish it was is not changed afterwards


def test_keys_are_each_ones_own() -> None:
    keys = [trace.key for trace in table.traces]
    assert len(keys) == len(set(keys))
    assert len({move.key for move in table.moves}) == len(table.moves)
