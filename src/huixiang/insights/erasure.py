"""Files with verbatims that may hold what a person said go at once; whoever took one can ask for it again.

The ways of a critic hold times and numbers alone: they stay, so that figures hold.
"""

from huixiang.feedback.models import Feedback
from huixiang.insights.exports.actions import forget_about
from huixiang.insights.models import CriticWay
from huixiang.members.traces import Person, Trace, of_members
from huixiang.themes.models import Theme

TRACES = [Trace("critic_ways", CriticWay, of_members(CriticWay))]


def after_hiding(who: Person) -> None:
    """Delete the files about themes they spoke of, and about those these were merged from."""
    said = Feedback.objects.filter(workspace_id=who.workspace_id, member_id__in=who.ids, theme_id__isnull=False)
    ids = {theme_id for theme_id in said.values_list("theme_id", flat=True) if theme_id}
    ids |= set(Theme.objects.filter(merged_into_id__in=ids).values_list("id", flat=True))
    forget_about(workspace_id=who.workspace_id, theme_ids=sorted(ids))
