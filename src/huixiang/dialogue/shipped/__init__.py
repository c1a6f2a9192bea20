"""The templates a workspace starts with: words as data, in two languages."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")
KEYS = (
    "thank_and_apologise", "ask_details", "private_contact", "public_interim", "offer_solution", "call_back",
    "fixed_announced", "care_visit", "comfort",
)  # fmt: skip


@cache
def shipped(language: str) -> dict[str, dict[str, Any]]:
    """What stands in the file of a language, by key, in its order; its words without the blanks around them."""
    table = tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    for one in table.values():
        one["texts"] = {tone: one[tone].strip() for tone in ("warm", "plain", "formal") if tone in one}
    return table
