"""An example for every call, made from its description and from words that could have been said."""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
ID: Final = "019a9f0e-7c1d-7f3a-9b52-4d1c6e0a8f21"
FORM: Final = "multipart/form-data"
TIME: Final = "2026-11-21T00:05:00Z"
SAID: Final[dict[str, Any]] = {
    "answer": "ok", "author": {"id": "u-9", "name": "漠河守夜人", "email": "member@example.com"}, "by": None,
    "case": "HX-1042", "channel": "owners-app", "channels": ..., "close_reason": "", "contribution": "第一个反馈的人",
    "decline_reason": "", "deliveries": ..., "email": None, "error": "", "external_id": "a-17", "facts": {
        "scene": "零下三十度停了一夜", "actual": "按启动键没有反应", "version": "3.4.1",
    }, "fix": "改为插枪时自检", "fixed_in": "3.4.2", "grade": "orange", "how_fixed": "3.4.2 起改为插枪时自检。",
    "job_title": "社群运营", "kind": "defect", "language": "zh",
    "last_line": "零下三十度停了一夜，早上打不着火",
    "link": "",
    "missing": ["frequency"], "name": "低温无法启动", "next_cursor": None, "number": "HX-1042",
    "paused_reason": "", "proposed_grade": "", "purpose": "reply", "quote": "早上打不着火", "reason": "只有一辆车报告",
    "removed_reason": "", "role": "operator", "root_cause": "夜间自检耗电", "rule": "普遍且严重", "sentiment": -1,
    "severity": 3, "slug": "owners-app", "source": ID, "stage": "listening", "subject": "",
    "summary": "低温停放后无法启动",
    "tag": "电池", "text": "零下三十度停了一夜，早上打不着火", "thread": "t-3", "tier": "koc",
    "title": "零下三十度停了一夜，早上打不着火", "tracker_url": "https://tracker.example.com/BATT-12",
    "what_happened": "低温停放一夜后无法启动。", "what_next": "系统会自动推送升级。",
    "workaround": "停放前插上充电枪。",
    "worst_grade": "orange", "model_version": "2026.11", "emotion_quote": "", "merged_into": None,
    "phone": "138 0013 8000", "promise": "周五前给答复", "scene": "零下三十度停了一夜", "steps": "按启动键没有反应",
    "wish": "尽快修好", "recipient": "u-9", "reply_to": "a-12", "impact": 8.4, "nearness": 0.91, "delivery": None,
    "tags": ["电池"],
    "name_of_member": "漠河守夜人", "name_of_staff": "知夏",
}  # fmt: skip
NAMES: Final = {"MemberName": "name_of_member", "MemberItem": "name_of_member", "MemberDetail": "name_of_member",
                "StaffName": "name_of_staff", "TeamMember": "name_of_staff", "Thanked": "name_of_member"}  # fmt: skip


def add_to(description: dict[str, Any]) -> dict[str, Any]:
    """Put an example into every body and every good answer of an OpenAPI description; returns it."""
    parts = description["components"]["schemas"]
    for methods in description["paths"].values():
        for call in methods.values():
            bodies = [call["requestBody"]] if "requestBody" in call else []
            for form in [body["content"][FORM] for body in bodies if FORM in body["content"]]:
                form["example"] = _form_of(form["schema"])
            good = [answer for status, answer in call["responses"].items() if int(status) < 300]  # noqa: PLR2004
            for place in (*bodies, *good):
                for content in [place["content"]["application/json"]] if _in_json(place) else []:
                    content["example"] = example_of(content["schema"], parts)
    return description


def _form_of(schema: Schema) -> dict[str, str]:
    """What a form may hold, file and all: the fields it needs, and those that say what they could be."""
    needed, found = schema.get("required", []), {}
    for name, one in schema["properties"].items():
        if one.get("format") == "binary":
            found[name] = "@评论.csv"
        elif name in needed or one.get("examples"):
            found[name] = one["examples"][0]
    return found


def _in_json(place: Schema) -> bool:
    """Whether it is JSON; a file has no example."""
    return "application/json" in place.get("content", {})


def example_of(schema: Schema, parts: Schema, name: str = "") -> Any:
    """A value that fits a schema: what could have been said where the field's name is known, else the plainest."""
    if "$ref" in schema:
        title = schema["$ref"].rpartition("/")[2]
        return _object(parts[title], parts, title)
    if SAID.get(name, ...) is not ... and _fits(SAID[name], schema):
        return SAID[name]
    if "anyOf" in schema:
        return example_of(next(one for one in schema["anyOf"] if one.get("type") != "null"), parts, name)
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    return _plain(schema, parts, name)


def _plain(schema: Schema, parts: Schema, name: str) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return [example_of(schema.get("items", {}), parts)]
    if kind == "object":
        return _object(schema, parts, "") if "properties" in schema else {}
    if kind == "string":
        formats = {"uuid": ID, "date-time": TIME, "date": TIME[:10]}
        return formats.get(schema.get("format", ""), schema.get("default", "…" if schema.get("minLength") else ""))
    plain = {"boolean": name in ("done", "public"), "integer": max(1, schema.get("minimum", 1)), "number": 0.5}
    return plain.get(str(kind))


def _object(schema: Schema, parts: Schema, title: str) -> dict[str, Any]:
    if "properties" not in schema:
        return dict(_plain(schema, parts, "") or {})
    found = {name: example_of(one, parts, name) for name, one in schema["properties"].items()}
    if title in NAMES:
        found["name"] = SAID[NAMES[title]]
    return found


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a word may stand there: its type, and its being one of those that are allowed."""
    if "anyOf" in schema:
        return any(_fits(value, one) for one in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    if "$ref" in schema or schema.get("format") or "const" in schema:
        return value == ID and schema.get("format") == "uuid"
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str, "integer": int, "number": (int, float), "object": dict, "array": list, "null": type(None),
    }  # fmt: skip
    kind = schema.get("type")
    if not isinstance(value, kinds.get(str(kind), ())) or isinstance(value, bool):
        return False
    longest = schema.get("maxLength")
    return longest is None or len(str(value)) <= longest
