"""Words whose writer had to sign in first: kept in the session, unreadable there, until their form is seen again.

The browser keeps drafts as well, but not where it runs no script or may store nothing.
"""

import json
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from huixiang.cases.models import Case
from huixiang.cases.states import Lane
from huixiang.kernel.crypto import decrypt, encrypt

KEPT: Final = "unsent"
FIELDS: Final = ("text", "publicly", "lane")
LONGEST: Final = 20_000
KEPT_SECONDS: Final = 3600  # of a session nobody has signed in to


def keep(request: HttpRequest) -> None:
    """Keep the words of a form that is not let through now; the last such form's, for an hour unless one signs in."""
    if request.method != "POST":
        return
    told = {name: request.POST.get(name, "")[:LONGEST] for name in FIELDS}
    if told["text"].strip() or told["publicly"].strip():
        request.session[KEPT] = encrypt(json.dumps({"address": request.path, **told}))
        if not request.user.is_authenticated:
            request.session.set_expiry(KEPT_SECONDS)


def answer_to(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What was to answer this case, as the composer shows it; handed out once, {} for nothing."""
    if KEPT not in request.session:
        return {}
    kept = json.loads(decrypt(request.session[KEPT]))
    if kept["address"] != reverse("desk:case_reply", args=[case.workspace.slug, case.id]):
        return {}
    del request.session[KEPT]
    lane = {"lane": kept["lane"]} if kept["lane"] in Lane.values else {}
    return {"unsent": True, "text": kept["text"], "publicly": kept["publicly"], **lane}
