"""A language model behind any OpenAI-compatible address: one question, one answer of a stated form, or a plain reason.

Optional: nothing else in the engine needs it. No Django; who asks says where to (a number that was looked at before),
how long to wait, and the form of the answer. What is sent is what is given: masking is the asker's, done before.
"""

import importlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

LONGEST_ANSWER = 256 * 1024  # bytes read of an answer
MOST_TOKENS = 800  # of an answer
TRIES = 2  # an answer of another form is asked for once more

Form = TypeVar("Form", bound=BaseModel)


class Unanswered(Exception):  # noqa: N818 - what happened, told by its code
    """No usable answer. `code`: timeout, unreachable, limit, key, refused, junk; `tokens` were used all the same."""

    def __init__(self, code: str, tokens: int = 0) -> None:
        super().__init__(code)
        self.code, self.tokens = code, tokens


@dataclass(frozen=True, slots=True)
class Model:
    """Where a model answers. `number` is the address the host's name leads to, so that it leads nowhere else later."""

    base_url: str
    number: str
    name: str
    key: str = ""
    seconds: float = 20.0  # for all of an answer, not for each piece of it


@dataclass(frozen=True, slots=True)
class Answer(Generic[Form]):
    """What was answered, and what it cost."""

    value: Form
    tokens: int


def ask(model: Model, *, system: str, user: str, form: type[Form]) -> Answer[Form]:
    """Ask one question and return the answer as `form`; raises Unanswered, and nothing else, when there is none.

    The form goes along as a JSON schema. An answer of another form is sent back once with what is wrong about it.
    """
    talk = [
        {"role": "system", "content": f"{system}\n\nAnswer with one JSON object of this schema and nothing else:\n"
         f"{json.dumps(form.model_json_schema(), ensure_ascii=False)}"},
        {"role": "user", "content": user},
    ]  # fmt: skip
    used, deadline = 0, time.monotonic() + model.seconds
    for _try in range(TRIES):
        said, tokens = _complete(model, talk, deadline, used)
        used += tokens
        try:
            return Answer(form.model_validate_json(_object(said)), used)
        except ValidationError as wrong:
            talk += [{"role": "assistant", "content": said[:2_000]}, {"role": "user", "content": _told_again(wrong)}]
    raise Unanswered("junk", used)


def _told_again(wrong: ValidationError) -> str:
    what = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'answer'}: {one['msg']}" for one in wrong.errors()[:5])
    return f"That does not fit the schema ({what}). Answer again, the JSON object only."


def _object(said: str) -> str:
    """The JSON object in an answer, also one wrapped in a fence or in words."""
    start, end = said.find("{"), said.rfind("}")
    return said[start : end + 1] if 0 <= start < end else said


def _complete(model: Model, talk: list[dict[str, str]], deadline: float, used: int) -> tuple[str, int]:
    """The words of one completion and its tokens; where the other side does not count them, a sign counts as one."""
    openai = _openai()
    try:
        with _client(model, deadline) as client:
            done = client.chat.completions.create(
                model=model.name, messages=talk, temperature=0, max_tokens=MOST_TOKENS, stream=False
            )
        said = done.choices[0].message.content or ""
        counted = done.usage.total_tokens if done.usage else None
    except openai.APITimeoutError as error:
        raise Unanswered("timeout", used) from error
    except openai.APIStatusError as error:
        raise Unanswered(_code_of(error.status_code), used) from error
    except openai.APIConnectionError as error:
        raise Unanswered("timeout" if time.monotonic() > deadline else "unreachable", used) from error
    except (openai.OpenAIError, ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
        raise Unanswered("junk", used) from error  # an answer that is no completion at all
    if not isinstance(said, str):
        raise Unanswered("junk", used)
    sent = sum(len(part["content"]) for part in talk)
    return said, counted if isinstance(counted, int) and counted >= 0 else sent + len(said)


def _code_of(status: int) -> str:
    codes: Mapping[int, str] = {401: "key", 403: "key", 408: "timeout", 429: "limit", 504: "timeout"}
    return codes.get(status, "refused" if 400 <= status < 500 else "unreachable")  # noqa: PLR2004 - HTTP's classes


@cache
def _openai() -> Any:
    """Loaded with the first question: it takes a second that nobody else shall wait for."""
    return importlib.import_module("openai")


@cache
def _http() -> Any:
    """The HTTP library the client is built on."""
    return importlib.import_module(_openai().DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])


def _client(model: Model, deadline: float) -> Any:
    left = max(0.1, deadline - time.monotonic())
    http = _openai().DefaultHttpxClient(
        transport=_pinned(model, deadline), timeout=left, follow_redirects=False, trust_env=False
    )
    return _openai().OpenAI(
        base_url=model.base_url, api_key=model.key or "none", timeout=left, max_retries=0, http_client=http
    )


@cache
def _transport_class() -> Any:
    http = _http()

    class Pinned(http.HTTPTransport):  # type: ignore[misc, name-defined]
        """Goes to the number that was looked at, with the name in Host and certificate; gives up at the deadline."""

        def __init__(self, number: str, deadline: float) -> None:
            super().__init__(trust_env=False, retries=0)
            self.number, self.deadline = number, deadline

        def handle_request(self, request: Any) -> Any:
            host = request.url.host
            request.headers["Accept-Encoding"] = "identity"
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=self.number)
            answer = super().handle_request(request)
            answer.stream = Bounded(answer.stream, self.deadline)
            return answer

    class Bounded(http.SyncByteStream):  # type: ignore[misc, name-defined]
        """An answer that may neither drip for ever nor be without end."""

        def __init__(self, stream: Any, deadline: float) -> None:
            self.stream, self.deadline = stream, deadline

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for piece in self.stream:
                size += len(piece)
                if time.monotonic() > self.deadline:
                    raise http.ReadTimeout("the answer takes too long")
                if size > LONGEST_ANSWER:
                    raise http.ReadError("the answer is too long")
                yield piece

        def close(self) -> None:
            self.stream.close()

    return Pinned


def _pinned(model: Model, deadline: float) -> Any:
    return _transport_class()(model.number, deadline)


def host_of(base_url: str) -> str:
    """The host of an address, "" when it has none."""
    try:
        return urlsplit(base_url).hostname or ""
    except ValueError:
        return ""
