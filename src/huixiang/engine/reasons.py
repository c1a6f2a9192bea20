"""Why, in words: each decision names the words of the text that made it, or the classifier that did."""

from huixiang.engine.reading import Kind
from huixiang.engine.rules import Hit
from huixiang.engine.signals import Caught
from huixiang.engine.verdict import SAFETY, Verdict

KINDS = {
    Kind.defect: "故障", Kind.complaint: "不满", Kind.suggestion: "建议", Kind.question: "提问",
    Kind.praise: "表扬", Kind.chatter: "闲谈", Kind.spam: "广告",
}  # fmt: skip
_LEVELS = ("没有问题", "轻微不便", "一般问题", "核心功能失效", "涉及安全")
_MOST = 3


def _quoted(hits: tuple[Hit, ...], severity: int) -> list[str]:
    """The rules that fit the decided level, gravest first, each once."""
    fitting = sorted((hit for hit in hits if hit.level <= max(severity, 1)), key=lambda hit: -hit.level)
    named = {hit.name: f"{hit.quote}：{hit.name}" for hit in reversed(fitting)}
    return [named[hit.name] for hit in fitting if named.get(hit.name) == f"{hit.quote}：{hit.name}"][:_MOST]


def _overruled(hits: tuple[Hit, ...], severity: int) -> list[str]:
    graver = next((hit for hit in hits if hit.level == SAFETY > severity), None)
    return [f"出现“{graver.quote}”，但整句不像安全问题"] if graver else []


def reasons_for(found: Verdict, seen: Caught, *, cut_at: int) -> tuple[str, ...]:
    """Return the reasons of a verdict in Chinese; `cut_at` is where a long text was cut, 0 for not at all."""
    reasons: list[str] = []
    if found.severity:
        reasons += _quoted(seen.severity, found.severity)
        reasons += _overruled(seen.severity, found.severity)
    if found.unsafe_food:
        reasons.append("读起来是食品安全问题（按食品安全评论学得）")
    if found.escalation:
        reasons += [f"{hit.quote}：{hit.name}" for hit in seen.escalation[:_MOST]] or ["语气像是要升级投诉"]
    if not reasons and found.severity:
        reasons.append(f"按整句判断：{_LEVELS[found.severity]}")
    share = round(found.kind_confidence * 100)
    reasons.append(f"读作{KINDS[found.kind]}（{share}%）")
    if cut_at:
        reasons.append(f"文字太长，只读了前 {cut_at} 个字")
    return tuple(dict.fromkeys(reasons))
