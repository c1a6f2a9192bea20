import argparse
import importlib
import re

import pytest

from huixiang.cli.main import COMMANDS, MODULES
from tests.docs import pages

OPTION = re.compile(r"^(--[a-z][a-z-]*)")
WORD = re.compile(r"^[a-z][a-z-]*$")


def _parser(name: str) -> argparse.ArgumentParser:
    module = importlib.import_module(f"huixiang.cli.{MODULES.get(name, name)}")
    parser = argparse.ArgumentParser(prog=name)
    module.configure(parser)
    return parser


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """A command's verbs, like `create` of `apikey`."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def _options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings}


def _wrong(name: str, words: list[str]) -> str:
    """What there is not of a command as a page writes it; "" when all of it exists."""
    if name not in COMMANDS:
        return f"huixiang {name}"
    parser = _parser(name)
    verbs = _verbs(parser)
    if verbs and words and WORD.match(words[0]):
        if words[0] not in verbs:
            return f"huixiang {name} {words[0]}"
        parser = verbs[words[0]]
    named = {found[1] for word in words if (found := OPTION.match(word))}
    unknown = named - _options(parser)
    return f"huixiang {name}: {sorted(unknown)}" if unknown else ""


@pytest.mark.parametrize("page", pages.PAGES)
def test_every_command_and_option_named_exists(page: str) -> None:
    assert [wrong for name, words in pages.commands(page) if (wrong := _wrong(name, words))] == []


@pytest.mark.parametrize("page", pages.READMES)
def test_the_readme_names_every_command(page: str) -> None:
    assert {name for name, _words in pages.commands(page)} == set(COMMANDS)


def test_both_readmes_name_the_same() -> None:
    english, chinese = pages.READMES
    assert list(pages.commands(english)) == list(pages.commands(chinese))
    assert pages.targets(english) == pages.targets(chinese)
    assert pages.variables(pages.text(english)) == pages.variables(pages.text(chinese))


@pytest.mark.parametrize("page", pages.PAGES)
def test_every_make_target_named_exists(page: str) -> None:
    there = set(re.findall(r"^([a-z][a-z-]*):", pages.text("Makefile"), re.MULTILINE))
    assert pages.targets(page) - there == set()
