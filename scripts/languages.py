"""Message catalogues: `extract` new messages into every package's .po, `compile` them to .mo.

Each package with words of its own keeps them in its locale folder. Python is read by Babel, templates by enmerkar.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = Path(__file__).resolve().parent.parent / "src" / "huixiang"
MAPPING = "[python: **.py]\n[django: **/templates/**.*]\n"
LOCALE = "zh_Hans"
KEYWORDS = ("_", "gettext_lazy", "pgettext_lazy:1c,2", "ngettext_lazy:1,2", "npgettext_lazy:1c,2,3")


def babel(*words: str) -> None:
    """Run pybabel from the same environment."""
    command = [sys.executable, "-m", "babel.messages.frontend", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise SystemExit(done.stderr)


def extract(package: Path) -> None:
    """Bring a package's catalogue up to date with its code and templates; old translations stay."""
    with tempfile.TemporaryDirectory() as folder:
        mapping, found = Path(folder) / "mapping.ini", Path(folder) / "django.pot"
        mapping.write_text(MAPPING)
        marks = [word for keyword in KEYWORDS for word in ("-k", keyword)]
        babel("extract", "--no-location", "--sort-output", "-F", str(mapping), *marks, "-o", str(found), str(package))
        catalogue = package / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
        if catalogue.exists():
            babel("update", "-N", "--no-wrap", "--ignore-obsolete", "-i", str(found), "-o", str(catalogue),
                  "-l", LOCALE)  # fmt: skip
        elif "msgid" in found.read_text().split("\n\n", 1)[-1]:
            babel("init", "--no-wrap", "-i", str(found), "-o", str(catalogue), "-l", LOCALE)


def compile_all() -> None:
    """Compile every catalogue there is."""
    for catalogue in sorted(PACKAGES.glob(f"*/locale/{LOCALE}/LC_MESSAGES/django.po")):
        babel("compile", "--use-fuzzy", "-i", str(catalogue), "-o", str(catalogue.with_suffix(".mo")))


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        compile_all()
    elif sys.argv[1:2] == ["extract"]:
        for name in sys.argv[2:]:
            extract(PACKAGES / name)
    else:
        raise SystemExit(__doc__)
