import uuid

import pytest
from django.db import connection

from huixiang.kernel import tsvector

HERE = uuid.UUID(int=7)


def stored(literal: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector::text", [literal])
        return str(cursor.fetchone()[0])


def answers(vector: str, asked: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector, asked])
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["'", "\\", "a'b\\c", "|&!:*()", "<->", "%s", "快 递", '"', "~", "é", "😀"])
def test_any_word_is_kept_as_it_is_and_found(word: str) -> None:
    made = tsvector.vector(HERE, {word: "A"})
    assert answers(made, tsvector.wanted(HERE, [tsvector.term(word)])) is True
    assert answers(made, tsvector.wanted(HERE, [tsvector.term(word + "x")])) is False
    assert answers(made, tsvector.wanted(uuid.UUID(int=8), [tsvector.term(word)])) is False


@pytest.mark.django_db
def test_what_the_database_would_refuse_is_left_out() -> None:
    assert stored(tsvector.vector(HERE, {"": "A", "a\x00b": "A", "长" * 65: "A"})) == f"'~{HERE.hex}'"


@pytest.mark.django_db
def test_a_hundred_thousand_words_still_fit() -> None:
    words = {f"{'长' * 58}{number}": "D" for number in range(100_000)}
    assert answers(tsvector.vector(HERE, words), tsvector.term("长" * 58 + "0")) is True


@pytest.mark.django_db
def test_terms_by_beginning_pieces_and_weight() -> None:
    made = tsvector.vector(HERE, {"crashes": "B", "控制": "D", "制台": "D"})
    assert answers(made, tsvector.term("crash", prefix=True)) is True
    assert answers(made, tsvector.term("crash")) is False
    assert answers(made, tsvector.term("控制台", pieces=["控制", "制台"])) is True
    assert answers(made, tsvector.term("控制台", pieces=["控制", "制台"], weights="AB")) is False
    assert answers(made, tsvector.term("crash", prefix=True, weights="AB")) is True
