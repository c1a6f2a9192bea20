import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huixiang.workspaces.actions import create_api_key
from huixiang.workspaces.models import Membership, Scope, Workspace
from huixiang.workspaces.roles import Permission, holds
from tests import factories

Answer = tuple[int, Any]


class Program:
    """A program with a key, speaking English."""

    def __init__(self, secret: str | None) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"accept-language": "en"} | ({"authorization": f"Bearer {secret}"} if secret else {})

    def get(self, path: str, **parameters: Any) -> Answer:
        return self._read(self.client.get(f"/api/v1/{path}", parameters, headers=self.headers))

    def file(self, path: str) -> tuple[int, str, bytes]:
        """What comes as a file: status, kind, content."""
        response = self.client.get(f"/api/v1/{path}", headers=self.headers)
        content = response.getvalue() if response.streaming else response.content
        return response.status_code, response["Content-Type"], content

    def post(self, path: str, body: Any) -> Answer:
        return self.post_raw(path, json.dumps(body).encode())

    def post_raw(self, path: str, body: bytes, content_type: str = "application/json") -> Answer:
        return self._read(self.client.post(f"/api/v1/{path}", body, content_type=content_type, headers=self.headers))

    def patch(self, path: str, body: Any) -> Answer:
        sent = json.dumps(body).encode()
        return self._read(
            self.client.patch(f"/api/v1/{path}", sent, content_type="application/json", headers=self.headers)
        )

    def send(self, *messages: Any) -> Answer:
        return self.post("messages", {"messages": list(messages)})

    def request(self, method: str, path: str) -> Answer:
        return self._read(self.client.generic(method, f"/api/v1/{path}", headers=self.headers))

    @staticmethod
    def _read(response: Any) -> Answer:
        assert response["Content-Type"].startswith("application/json"), response.content[:200]
        return response.status_code, json.loads(response.content)


@pytest.fixture
def program() -> Callable[..., Program]:
    def build(workspace: Workspace, *scopes: str, acts_for: Membership | None = None) -> Program:
        scopes = scopes or ("ingest", "read", "deliver")
        _key, secret = create_api_key(workspace=workspace, scopes=scopes, acts_for=acts_for)
        return Program(secret)

    return build


@pytest.fixture
def app(workspace: Workspace, program: Callable[..., Program]) -> Program:
    return program(workspace)


@pytest.fixture
def desk(workspace: Workspace, owner: Membership) -> Program:
    """A program that may do everything, in the owner's name."""
    return Program(create_api_key(workspace=workspace, scopes=Scope.values, name="工单系统", acts_for=owner)[1])


@pytest.fixture
def of_role(workspace: Workspace) -> Callable[[str], Program]:
    """A program with every scope that somebody of that role may give it, in their name."""

    def build(role: str) -> Program:
        person = factories.membership(workspace, role)
        personal = holds(person, Permission.UNMASK)
        scopes = [scope for scope in Scope.values if personal or scope != Scope.PERSONAL]
        return Program(create_api_key(workspace=workspace, scopes=scopes, acts_for=person)[1])

    return build


@pytest.fixture
def nobody(db: None) -> Program:
    return Program(None)


@pytest.fixture
def message() -> Callable[..., dict[str, Any]]:
    numbers = iter(range(1, 10_000))

    def build(**changed: Any) -> dict[str, Any]:
        number = next(numbers)
        fields = {
            "channel": "owners-app",
            "external_id": f"a-{number}",
            "author": {"id": f"u-{number}", "name": "漠河守夜人"},
            "text": "零下三十度停了一夜，早上打不着火",
            "time": "2026-11-21T08:05:00+08:00",
            "thread": "t-3",
        } | changed
        return {name: value for name, value in fields.items() if value is not ...}

    return build
