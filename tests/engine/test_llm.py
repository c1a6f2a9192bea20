import socket
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, Field

from huixiang.engine.llm import Model, Unanswered, ask
from tests.engine.language_model import FakeModel, Reply, failing, running, saying, slow


class Opinion(BaseModel):
    severity: int = Field(ge=0, le=4)
    reason: str


GOOD = {"severity": 3, "reason": "主要功能失效"}


@pytest.fixture
def server() -> Iterator[FakeModel]:
    with running() as found:
        yield found


def _asked(server: FakeModel, *, seconds: float = 5, base_url: str = "") -> tuple[int, int]:
    model = Model(base_url or server.base_url, "127.0.0.1", "small", "sk-secret", seconds)
    answer = ask(model, system="判断严重程度", user="打不着火", form=Opinion)
    return answer.value.severity, answer.tokens


@pytest.mark.parametrize(
    "said", [GOOD, '```json\n{"severity": 3, "reason": "坏了"}\n```', '好的：{"severity":3,"reason":""}']
)
def test_an_answer_of_the_form_is_taken(server: FakeModel, said: object) -> None:
    server.replies = [saying(said)]
    assert _asked(server) == (3, 50)
    [body] = server.asked
    assert (body["model"], body["messages"][1]["content"], server.keys) == ("small", "打不着火", ["Bearer sk-secret"])
    assert '"maximum": 4' in body["messages"][0]["content"]


def test_another_form_is_asked_for_once_more_with_what_is_wrong(server: FakeModel) -> None:
    server.replies = [saying({"severity": 9, "reason": ""}), saying(GOOD)]
    assert _asked(server) == (3, 100)
    assert "severity: Input should be less than or equal to 4" in server.asked[1]["messages"][3]["content"]


@pytest.mark.parametrize(
    ("reply", "code", "tokens"),
    [
        (saying("我觉得很严重"), "junk", 100),
        (saying({"severity": "很高"}), "junk", 100),
        (failing(200, b"<html>"), "junk", 0),
        (failing(200, b"{}"), "junk", 0),
        (failing(200, b'{"choices": []}'), "junk", 0),
        (failing(200, b'{"choices": [{"message": {"content": 5}}]}'), "junk", 0),
        (failing(429), "limit", 0),
        (failing(401), "key", 0),
        (failing(400), "refused", 0),
        (failing(302), "unreachable", 0),
        (failing(500), "unreachable", 0),
        (failing(200, b'{"choices": "' + b"x" * 600_000 + b'"}'), "unreachable", 0),
    ],
)
def test_what_goes_wrong_has_a_code(server: FakeModel, reply: Reply, code: str, tokens: int) -> None:
    server.replies = [reply]
    with pytest.raises(Unanswered) as wrong:
        _asked(server)
    assert (wrong.value.code, wrong.value.tokens) == (code, tokens)


def test_who_takes_too_long_is_not_waited_for(server: FakeModel) -> None:
    server.replies = [slow(2, saying(GOOD))]
    with pytest.raises(Unanswered, match="timeout"):
        _asked(server, seconds=0.3)


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        model = Model(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", "127.0.0.1", "small")
        with pytest.raises(Unanswered, match="unreachable"):
            ask(model, system="", user="", form=Opinion)


def test_it_goes_to_the_number_that_was_looked_at_whatever_the_name_says(server: FakeModel) -> None:
    server.replies = [saying(GOOD)]
    assert _asked(server, base_url=server.base_url.replace("127.0.0.1", "model.invalid")) == (3, 50)
