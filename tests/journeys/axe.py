"""What axe-core, the accessibility checker that npm installs, complains of on the page that stands."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async ([tags, rules]) => {
  const only = rules.length ? {type: 'rule', values: rules} : {type: 'tag', values: tags};
  const told = await axe.run(document, {runOnly: only, resultTypes: ['violations']});
  return told.violations.map(one => [one.id, one.nodes.map(n => n.target.join(' ') + ': ' + n.any.concat(n.all, n.none)
    .map(check => check.message).join('; '))]);
}"""


def violations(page: Page, *rules: str) -> list[str]:
    """Every element that breaks a rule of WCAG 2.2 AA (or one of `rules` only), with the reason, one line each.

    The script is handed to the browser by its debugger, not by the page: the content policy stays as strict as it is.
    """
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(SCRIPT.read_text())
    told: list[list[Any]] = page.evaluate(RUN, [TAGS, list(rules)])
    return [f"{rule}: {place}" for rule, places in told for place in places]
