import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from huixiang.kernel.ids import CODE_ALPHABET, new_code, new_id, tidy_code


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_an_id_carries_its_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after


def test_ids_sort_as_they_were_made() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(made)


def test_ids_sort_as_they_were_made_while_the_clock_stands_still_or_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    clock = iter([now, now, now - 5_000_000, now])
    monkeypatch.setattr("huixiang.kernel.ids.time.time_ns", lambda: next(clock))
    made = [new_id() for _ in range(4)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}


def test_a_clock_set_back_far_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    clock = iter([now + 3_600_000_000_000, now])
    monkeypatch.setattr("huixiang.kernel.ids.time.time_ns", lambda: next(clock))
    new_id()
    assert new_id().int >> 80 == now // 1_000_000


def test_threads_never_make_the_same_place_in_the_order() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [one for some in pool.map(lambda _: [new_id() for _ in range(500)], range(8)) for one in some]
    assert len({one.int >> 62 for one in made}) == len(made)


def test_no_two_ids_are_equal() -> None:
    assert len({new_id() for _ in range(20_000)}) == 20_000


def test_a_code_is_two_groups_of_four_signs_nobody_confuses() -> None:
    codes = [new_code() for _ in range(500)]
    assert {len(code) for code in codes} == {9}
    assert {code[4] for code in codes} == {"-"}
    assert set("".join(codes)) - {"-"} == set(CODE_ALPHABET)
    assert set("0O1ILU") & set(CODE_ALPHABET) == set()
    assert len(set(codes)) == 500


def test_a_typed_code_is_read_as_it_was_meant() -> None:
    typed = ["7k4m-29qd", " 7K4M 29QD ", "7K4M29QD", "7k4m—29qd。", "７Ｋ４Ｍ－２９ＱＤ"]
    assert {tidy_code(one) for one in typed} == {"7K4M-29QD"}


def test_what_cannot_be_a_code_is_empty() -> None:
    wrong = ["", "7K4M-29Q", "7K4M-29QDD", "7K4M-29Q0", "OOOO-IIII", "一二三四五六七八", "ＡＢ", "\x00" * 8]
    assert [tidy_code(one) for one in wrong] == [""] * len(wrong)


def test_a_new_code_is_tidy_already() -> None:
    code = new_code()
    assert tidy_code(code) == code
