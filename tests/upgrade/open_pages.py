"""Run by the test on the upgraded database: open every list and the pages of the first rows of each kind."""

import os
from collections.abc import Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huixiang.config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django first
from django.test import Client  # noqa: E402
from django.urls import get_resolver, reverse  # noqa: E402

from huixiang.announcements.models import Announcement  # noqa: E402
from huixiang.cases.models import Case  # noqa: E402
from huixiang.feedback.models import Feedback  # noqa: E402
from huixiang.themes.models import Theme  # noqa: E402
from huixiang.workspaces.models import Membership, Workspace  # noqa: E402

EACH = 5
LISTS = ("inbox", "feedback", "themes", "announcements", "channels", "settings", "settings_team", "settings_keys",
         "settings_rules", "settings_standards", "settings_journal", "members", "search")  # fmt: skip


def desk(slug: str) -> Iterator[str]:
    known = {str(name) for name in get_resolver("huixiang.desk.urls").reverse_dict}
    for name in LISTS:
        if name in known:
            yield reverse(f"desk:{name}", args=[slug])
    rows = (("case", Case), ("feedback_detail", Feedback), ("theme", Theme), ("announcement", Announcement))
    for name, model in rows:
        for row in model._default_manager.filter(workspace__slug=slug)[:EACH]:
            yield reverse(f"desk:{name}", args=[slug, row.pk])


def portal(slug: str) -> Iterator[str]:
    yield from (reverse(f"portal:{name}", args=[slug]) for name in ("board", "announcements", "submit"))
    for row in Feedback.objects.filter(workspace__slug=slug, public=True, removed_at=None)[:EACH]:
        yield reverse("portal:feedback", args=[slug, row.pk])


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    slug = Workspace.objects.get().slug
    owner = Membership.objects.get(workspace__slug=slug, role="owner")
    staff = Client()
    staff.force_login(owner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    for client, addresses in ((staff, desk(slug)), (Client(), portal(slug))):
        for address in addresses:
            print(address, client.get(address).status_code)  # noqa: T201 - the test reads it


main()
