"""Which playbook a case gets: the first whose conditions hold. Decided without the database, from what is known."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from huixiang.members.models import Tier
from huixiang.playbooks.models import PlaybookVersion

CONDITIONS: Final = ("grades", "kinds", "tiers", "channels", "accounts")
TIER_RANK: Final = {str(tier): place for place, tier in enumerate(Tier.values)}  # the plain first


@dataclass(frozen=True, slots=True)
class Known:
    """What a case is chosen a playbook by."""

    grade: str
    kind: str  # "" when no feedback is left to tell
    tier: str
    channel: str  # the kind of channel it came by
    account_id: uuid.UUID

    def to_json(self) -> dict[str, str]:
        """As a run keeps it."""
        return {
            "grade": self.grade, "kind": self.kind, "tier": self.tier, "channel": self.channel,
            "account": str(self.account_id),
        }  # fmt: skip


def holds(conditions: Mapping[str, Sequence[str]], known: Known) -> bool:
    """Whether every condition that is set holds. Of kinds of channel and accounts one suffices."""
    plain = {"grades": known.grade, "kinds": known.kind, "tiers": known.tier}
    if any(conditions.get(name) and value not in conditions[name] for name, value in plain.items()):
        return False
    channels, accounts = conditions.get("channels") or (), conditions.get("accounts") or ()
    if not channels and not accounts:
        return True
    return known.channel in channels or str(known.account_id) in accounts


def choose(versions: Sequence[PlaybookVersion], known: Known) -> PlaybookVersion | None:
    """The first of these, in their order, whose conditions hold."""
    return next((version for version in versions if holds(version.conditions, known)), None)


def why(version: PlaybookVersion, known: Known) -> dict[str, Any]:
    """What a run keeps of the choice: what was known, and which conditions it met."""
    return {**known.to_json(), "by": [name for name in CONDITIONS if version.conditions.get(name)]}


def by_hand(known: Known) -> dict[str, Any]:
    """The same when a person chose it, whatever its conditions say."""
    return {**known.to_json(), "by": [], "by_hand": True}


def tidy(conditions: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Conditions as they are stored: every list in order, the empty ones left out."""
    return {name: sorted(set(conditions[name])) for name in CONDITIONS if conditions.get(name)}
