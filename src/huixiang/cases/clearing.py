"""Whether somebody may answer a red case: a role can need courses of the academy first (workspaces.clearances)."""

from django.conf import settings
from django.utils.translation import gettext as _

from huixiang.cases.models import Case
from huixiang.feedback.models import Grade
from huixiang.kernel.errors import Refused
from huixiang.workspaces.clearances import courses_missing
from huixiang.workspaces.models import Membership


class NotCleared(Refused):
    """The case is red and its writer has yet to pass a course; `courses` by name, `address` where they are taken."""

    def __init__(self, courses: list[str], address: str) -> None:
        said = _("Your role answers red cases after passing its courses. They are in the academy: %(address)s")
        super().__init__(said % {"address": address})
        self.courses = tuple(courses)
        self.address = address


def hold(case: Case, by: Membership) -> None:
    """Raise NotCleared for a red case and somebody who lacks a course today. No statement for other grades."""
    if case.grade != Grade.RED:
        return
    if courses := courses_missing(by):
        raise NotCleared(courses, f"{settings.PUBLIC_URL}/w/{by.workspace.slug}/academy/")
