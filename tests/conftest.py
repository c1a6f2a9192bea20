"""What every test stands on: a real PostgreSQL, and a workspace to work in."""

import os

from tests import database

database.start()

import django  # noqa: E402 - the server must run before Django is configured

django.setup()
# Two at a time: each worker is to start a server of its own, before pytest-django reads settings it would inherit.
os.environ.pop("DJANGO_SETTINGS_MODULE")

from collections.abc import Callable, Iterator  # noqa: E402
from typing import Any  # noqa: E402

import pytest  # noqa: E402
from django.core.cache import cache, caches  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import translation  # noqa: E402

from huixiang.cases.models import Case  # noqa: E402
from huixiang.channels.models import ChannelAccount  # noqa: E402
from huixiang.kernel import embedded_postgres  # noqa: E402
from huixiang.workspaces.models import Membership, Workspace  # noqa: E402
from tests import factories  # noqa: E402
from tests.fuzzing import pytest_collection_modifyitems, pytest_pyfunc_call  # noqa: E402, F401 - hooks


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The tests' database begins as a copy of the one that was migrated."""
    connection.settings_dict["TEST"]["TEMPLATE"] = embedded_postgres.DATABASE


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER journal_entry_never_emptied ON journal_entry")  # tests that really commit are
        cursor.execute("DROP TRIGGER journal_seal_never_emptied ON journal_seal")  # cleaned by TRUNCATE


@pytest.fixture(autouse=True)
def _no_job_left_behind(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """What a test really commits is emptied after it, but the queue's tables are not Django's to empty."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    """Pages are rendered without a build of the static files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What this process keeps for a minute is not the next test's."""
    caches["here"].clear()


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test starts in the product's own."""
    yield
    translation.deactivate()


@pytest.fixture
def empty_cache(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def workspace(db: None) -> Workspace:
    return factories.workspace()


@pytest.fixture
def other_workspace(db: None) -> Workspace:
    return factories.workspace()


@pytest.fixture
def owner(workspace: Workspace) -> Membership:
    return factories.membership(workspace, "owner", name="程屿")


@pytest.fixture
def operator(workspace: Workspace) -> Membership:
    return factories.membership(workspace, "operator", name="知夏")


@pytest.fixture
def analyst(workspace: Workspace) -> Membership:
    return factories.membership(workspace, "analyst", name="许衡")


@pytest.fixture
def app_channel(workspace: Workspace) -> ChannelAccount:
    return workspace.channel_accounts.get(slug="owners-app")


@pytest.fixture
def portal_channel(workspace: Workspace) -> ChannelAccount:
    return workspace.channel_accounts.get(slug="portal")


@pytest.fixture
def case(operator: Membership, app_channel: ChannelAccount) -> Case:
    """A case opened by the pipeline from a message over the API, owned by the operator."""
    return factories.case(app_channel)


@pytest.fixture
def client_of() -> Callable[[Membership], Client]:
    def build(membership: Membership) -> Client:
        client = Client()
        client.force_login(membership.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return build
