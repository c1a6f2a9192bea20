"""Reading a request's JSON so strictly that nothing odd comes further."""

import json
from collections import Counter
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.parser import Parser

from huixiang.api.errors import not_json

JSON_TYPE = "application/json"


class StrictParser(Parser):
    """JSON in UTF-8 under its own content type; no NaN, no key twice, no nesting without end."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value. Raises HttpError 415 or 400 with a sentence."""
        if request.content_type != JSON_TYPE:
            raise HttpError(415, not_json())
        value = _value(request.body)
        if not isinstance(value, dict):
            raise HttpError(422, _("The body must be an object."))
        return value


def _value(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_each_key_once)
    except UnicodeDecodeError as error:
        raise HttpError(400, _("The body is not UTF-8.")) from error
    except RecursionError as error:
        raise HttpError(400, _("The body is nested too deeply.")) from error
    except ValueError as error:
        raise HttpError(400, _("The body is not JSON: %(why)s") % {"why": str(error)}) from error


def _no_constant(name: str) -> NoReturn:
    raise HttpError(400, _("%(name)s is not JSON.") % {"name": name})


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _number = Counter(name for name, _value in pairs).most_common(1)[0]
        shown = twice[:40].encode("utf-8", "replace").decode()
        raise HttpError(400, _("The key “%(name)s” stands twice in one object.") % {"name": shown})
    return found
