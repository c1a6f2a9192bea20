"""Which days a country does not work, and which weekends it does: from libraries, never from the network.

The mainland is `chinesecalendar`, which holds what the State Council has announced, make-up days included; every
other country is `holidays`, which computes. A mainland year that is not announced yet has no festivals here: whoever
asks counts it by weekends and says so.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import chinese_calendar
from babel import Locale
from chinese_calendar import Holiday
from django.utils.translation import get_language
from django.utils.translation import gettext as _

MAINLAND = "CN"
NOWHERE = ""  # no public holidays at all: weekdays and own days alone
OFFERED = (
    "CN", "HK", "MO", "TW", "JP", "KR", "SG", "MY", "TH", "VN", "ID", "PH", "IN", "AU", "NZ", "US", "CA", "MX", "BR",
    "GB", "IE", "DE", "FR", "IT", "ES", "PT", "NL", "BE", "CH", "AT", "SE", "NO", "DK", "FI", "PL", "CZ", "AE", "SA",
    "TR", "ZA",
)  # fmt: skip
IN_CHINESE = {holiday.value: holiday.chinese for holiday in Holiday}


@dataclass(frozen=True, slots=True)
class Festival:
    """A day the law speaks of: not worked, or (a make-up day) worked although it is a weekend."""

    worked: bool
    english: str
    chinese: str

    @property
    def name(self) -> str:
        """As the page's language has it; where there is no Chinese name, the library's."""
        return self.chinese if (get_language() or "").startswith("zh") else self.english


@lru_cache(maxsize=256)
def festivals(country: str, region: str, year: int) -> Mapping[datetime.date, Festival]:
    """The days of a year the law speaks of. Empty for a year nobody knows yet. Raises KeyError for no such region."""
    if not country or not known(country, year):
        return {}
    return _mainland(year) if country == MAINLAND else _elsewhere(country, region, year)


def _mainland(year: int) -> dict[datetime.date, Festival]:
    constants = chinese_calendar.constants
    kinds = ((constants.holidays, False), (constants.workdays, True))
    return {
        day: Festival(worked=worked, english=name, chinese=IN_CHINESE.get(name, name))
        for days, worked in kinds
        for day, name in days.items()
        if day.year == year
    }


def _elsewhere(country: str, region: str, year: int) -> dict[datetime.date, Festival]:
    import holidays  # noqa: PLC0415 - takes half a second, and most installations never need it

    try:
        spoken = holidays.country_holidays(country, subdiv=region or None, years=year).supported_languages
        named = {
            language: holidays.country_holidays(country, subdiv=region or None, years=year, language=language)
            for language in ("en_US", "zh_CN", "zh_TW", "zh_HK")
            if language in spoken
        }
        plain = holidays.country_holidays(country, subdiv=region or None, years=year)
    except NotImplementedError as error:
        raise KeyError(f"{country}-{region}") from error
    english = named.get("en_US", plain)
    chinese = next((named[name] for name in ("zh_CN", "zh_TW", "zh_HK") if name in named), english)
    return {
        day: Festival(worked=False, english=english.get(day) or name, chinese=chinese.get(day) or name)
        for day, name in plain.items()
    }


@lru_cache(maxsize=1)
def _announced() -> frozenset[int]:
    return frozenset(day.year for day in chinese_calendar.constants.holidays)


def known(country: str, year: int) -> bool:
    """Whether the holidays of a year are known: on the mainland, announced and in the library; elsewhere computed."""
    return year in _announced() if country == MAINLAND else True


def known_until(country: str) -> int:
    """The last year of which the holidays are known; 0 where they are computed, so that every year is."""
    return max(_announced()) if country == MAINLAND else 0


def countries() -> list[tuple[str, str]]:
    """What can be chosen: (code, name), the mainland first, and no holidays at all last."""
    names = Locale.parse("zh_Hans" if (get_language() or "").startswith("zh") else "en").territories
    chosen = [(code, _("Mainland China") if code == MAINLAND else names[code]) for code in OFFERED]
    return [*chosen, (NOWHERE, _("No public holidays"))]


def regions(country: str) -> list[str]:
    """The codes of a country's regions that have holidays of their own (states, cantons); none for the mainland."""
    if country not in OFFERED or country == MAINLAND:
        return []
    import holidays  # noqa: PLC0415 - as above

    return sorted(holidays.list_supported_countries(include_aliases=False).get(country, []))
