"""What hostile people and broken programs put into a field."""

LONG = "名" * 10_000
ZALGO = "车" + "\u0301\u0336\u0489" * 60
MARKS_ONLY = "\u0301" * 40
TURNED = "\u202ecilbup\u2066\u200f"
SCRIPT = "\"'><hx-evil onx=1>{{ 7*7 }}</textarea></script>"

TEXTS = {
    "long": LONG,
    "spaces": " \u3000\t ",
    "marks only": MARKS_ONLY,
    "turned": TURNED,
    "script": SCRIPT,
    "nul": "a\x00b",
    "patterns": "%_\\'\"!:*&|()<->[(*+?{$^ -- ;",
    "superscript digit": "²",
    "huge number": "9" * 40,
    "below zero": "-1",
    "no number": "NaN",
    "year one": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59-14:00",
    "elsewhere": "//evil.example/\\@x",
    "new header": "a\r\nBcc: x@evil.example\r\n\r\nb",
}
