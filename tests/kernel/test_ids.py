import time

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


def test_ids_of_later_milliseconds_sort_later() -> None:
    made = []
    for _ in range(5):
        made.append(new_id())
        time.sleep(0.002)
    assert made == sorted(made)


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
