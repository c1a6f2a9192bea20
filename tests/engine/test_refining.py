import numpy as np
import pytest

from huixiang.engine.embedder import beginnings
from huixiang.engine.pipeline import doubtful, read

TEXTS = ["刹车突然失灵，差点追尾", "今天天气真好", "物流很快，包装也仔细，下次还来", "このアプリは動きません", "🙂"]


def test_a_text_with_an_embedding_says_that_it_was_looked_at_twice() -> None:
    vectors = beginnings(TEXTS)
    vectors[1] = 0
    assert [one.refined for one in read(TEXTS, vectors=vectors)] == [True, False, True, False, False]


def test_a_row_of_zeros_leaves_the_light_reading_as_it_is() -> None:
    nothing = np.zeros((len(TEXTS), 384), dtype=np.float32)
    assert read(TEXTS, vectors=nothing) == read(TEXTS)


def test_the_company_of_other_texts_changes_no_finding() -> None:
    vectors = beginnings(TEXTS)
    together = read(TEXTS, vectors=vectors)
    alone = [read([text], vectors=vectors[[place]])[0] for place, text in enumerate(TEXTS)]
    assert [(one.kind, one.severity, one.sentiment) for one in together] == [
        (one.kind, one.severity, one.sentiment) for one in alone
    ]
    assert [one.sentiment_score for one in together] == pytest.approx([one.sentiment_score for one in alone], abs=1e-3)


@pytest.mark.parametrize(
    ("text", "severity", "sentiment"), [(TEXTS[0], 4, -1), (TEXTS[2], 0, 1)]
)
def test_it_reads_what_is_plain(text: str, severity: int, sentiment: int) -> None:
    [found] = read([text], vectors=beginnings([text]))
    assert (found.feedback, found.severity, found.sentiment) == (True, severity, sentiment)


def test_only_what_a_second_look_may_change_is_doubtful() -> None:
    sure, foreign = read(["非常好，强烈推荐，物流快，质量好，很满意，好评！", TEXTS[3]])
    assert (doubtful(sure), doubtful(foreign)) == (False, False)
    assert any(doubtful(one) for one in read(["还行吧，就是有点那个", "也不知道是不是我的问题", "听说这款会烧机油"]))
