"""Pages as a browser reads them: their forms with every field, and what in them could run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from tests.security.test_tenancy import World, _addresses

OK = 200
LEFT_ALONE = {":account_logout", ":set_language"}
TYPED = {"text", "search", "email", "url", "number", "tel", "date", "time", "datetime-local", "password", "hidden", ""}


@dataclass
class Form:
    """One form: where it goes, how, and its fields with the values it would send unchanged."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the address it goes to, the same for every row of a list."""
        try:
            found = resolve(urlsplit(self.action).path)
        except Resolver404:
            return self.action
        return f"{':'.join(found.namespaces)}:{found.url_name}"

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes two forms the same one."""
        return self.name, self.method, tuple(sorted(self.fields))


class Reading(HTMLParser):
    """The forms of a page, its elements and their attributes."""

    def __init__(self, page: str, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._address = address
        self._in: Form | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag == "form":
            self._in = Form(given.get("action") or self._address, given.get("method", "get").lower())
            self.forms.append(self._in)
        elif "hx-post" in given:
            self.forms.append(Form(given["hx-post"], "post"))
        if self._in is not None:
            self._field(self._in, tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        if tag == "option" and self._select:
            form.fields.setdefault(self._select, [given.get("value", "")])
            if "selected" in given:
                form.fields[self._select] = [given.get("value", "")]
        if not name or name == "csrfmiddlewaretoken" or given.get("type") == "file":
            return
        if tag in {"textarea", "input", "button"}:
            self._typed(form, tag, given)

    @staticmethod
    def _typed(form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "")
        if tag == "textarea" or (tag == "input" and kind in TYPED):
            form.fields[name] = [given.get("value", "") or "车机黑屏"]
            form.typed.append(name)
        elif name not in form.fields:
            form.fields[name] = [given.get("value", "on")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in = None
        elif tag == "select":
            self._select = ""


def read(client: Client, address: str) -> Reading | None:
    """The page at an address; None for what is no page."""
    answer: Any = client.get(address, follow=True)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # a file is read, which closes it
    if answer.status_code != OK or not answer["Content-Type"].startswith("text/html"):
        return None
    return Reading(body.decode(), address)


def addresses(world: World, place: str) -> list[str]:
    """Every address of the desk or the portal, with ids that exist."""
    return [address for found, address, _wanted in _addresses(world.workspace, world.ids) if found == place]


def forms_of(client: Client, pages: Iterable[str]) -> list[Form]:
    """Every form of these pages, one of each kind."""
    known: dict[tuple[Any, ...], Form] = {}
    for address in pages:
        page = read(client, address)
        for form in page.forms if page else []:
            if form.method in {"get", "post"} and form.name not in LEFT_ALONE:
                known.setdefault(form.kind, form)
    return list(known.values())
