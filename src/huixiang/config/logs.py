"""What stands in the log: events with ids and figures, never what people said or who they are.

Every line passes here last. Chinese text is left out (the product's own lines are English, so it can only be
somebody's words or name), numbers that point at a person are hidden, and so are the values PostgreSQL quotes.
"""

import logging
import re
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from huixiang.engine.masking import mask

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request being answered, "" outside of one."""

FIELDS = ("request", "method", "route", "status", "ms", "workspace", "user", "job", "job_id", "attempt")
LONGEST = 8_000
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CHINESE = re.compile(rf"[{_HAN}][{_HAN}\u3000-\u33ff\uff00-\uffef]*")  # with the punctuation inside it
_QUOTED_VALUES = re.compile(r"(?m)^(DETAIL|CONTEXT|Failing row contains):?.*$")
_KEY_VALUES = re.compile(r"\)=\([^\n]*\)")


def cleaned(text: str) -> str:
    """The text without what is personal, and not without end."""
    text = _QUOTED_VALUES.sub(r"\1 left out", text)
    text = _KEY_VALUES.sub(")=(…)", text)
    text = _CHINESE.sub(lambda found: f"‹{len(found.group())} signs›", text)
    return mask(text).text[:LONGEST]


class Enriched(logging.Filter):
    """Gives each record the request's id; says which route failed, not its address; which job, not its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never holds a record back."""
        record.request, request = request_id.get() or None, getattr(record, "request", None)
        if record.name.startswith("django.") and hasattr(request, "resolver_match"):
            record.msg, record.args = "%s: %s", (_kind(record), route_of(request))
        elif record.name.startswith("procrastinate") and isinstance(getattr(record, "job", None), dict):
            self._job(record, record.__dict__["job"])
        return True

    def _job(self, record: logging.LogRecord, job: dict[str, Any]) -> None:
        record.msg, record.args = "%s", (getattr(record, "action", "job"),)
        record.job, record.job_id, record.attempt = job.get("task_name"), job.get("id"), job.get("attempts")


def _kind(record: logging.LogRecord) -> str:
    status = getattr(record, "status_code", "")
    return f"answered {status}" if status else "refused"


def route_of(request: Any) -> str:
    """The pattern of a request's address; addresses themselves may carry tokens and codes."""
    return getattr(request.resolver_match, "route", "") or "unknown"


class Line(logging.Formatter):
    """For reading: time, level, source, message, then the fields as name=value."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """The record as one event; a traceback follows on lines of its own."""
        text, *rest = super().format(record).split("\n", 1)
        named = [f"{name}={value}" for name in FIELDS if (value := getattr(record, name, None)) not in {None, ""}]
        return cleaned("\n".join([" ".join([text, *named]), *rest]))


class Json(JsonFormatter):
    """For machines: one JSON object a line."""

    def __init__(self) -> None:
        super().__init__("{asctime}{levelname}{name}{message}", style="{", json_ensure_ascii=False,
                         rename_fields={"asctime": "time", "levelname": "level", "name": "source"})  # fmt: skip

    def process_log_record(self, log_record: dict[str, Any]) -> dict[str, Any]:
        """Keep what is known and clean what is text."""
        known = ("time", "level", "source", "message", "exc_info", *FIELDS)
        kept = {name: log_record[name] for name in known if log_record.get(name) not in {None, ""}}
        return {name: cleaned(value) if isinstance(value, str) else value for name, value in kept.items()}
