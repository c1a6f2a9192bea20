"""App Store reviews: what the connector is. They are answered in App Store Connect, not from here."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huixiang.channels.accounts import value
from huixiang.channels.contracts import Asked, Connector, Hears, Setting, TransportError
from huixiang.channels.models import ChannelAccount
from huixiang.connectors.app_reviews.inbound import reviews
from huixiang.connectors.http import api_address, call

PAGES: Final = 10  # of fifty: Apple shows the latest five hundred
REFUSED: Final = 400


class AppReviewsConnector(Connector):
    """The reviews of one app in one country, asked for every ten minutes."""

    kind = "app_reviews"
    label = gettext_lazy("App Store reviews")
    hears = Hears.ASKING
    asks_every = 600
    form = (
        Setting(
            "app", gettext_lazy("Number of the app"),
            gettext_lazy("The digits after “id” in its App Store address, such as 414478124"), pattern=r"\d{5,15}",
        ),
        Setting(
            "country", gettext_lazy("Country of the store"), gettext_lazy("Two letters: cn, hk, us, jp …"),
            default="cn", pattern=r"[a-z]{2}",
        ),
        api_address("https://itunes.apple.com"),
    )  # fmt: skip

    def can_send(self) -> bool:
        """Never: Apple takes answers in App Store Connect alone."""
        return False

    def ask(self, account: ChannelAccount, cursor: Mapping[str, Any]) -> Asked:
        """One page of reviews, the latest first, on and on until one is met that was there last time, and one further.

        One further because a review may turn up late, behind others we know already. Raises TransportError.
        """
        whose = f"{value(account, 'country')}/{value(account, 'app')}"
        known = cursor if cursor.get("of") == whose else {}
        page = int(known.get("page", 1))
        found = reviews(self._page(account, page))
        ids = [one.external_id for one in found]
        newest = str(known.get("newest") or "") if page > 1 else next(iter(ids), "")
        seen = str(known.get("seen", ""))
        if found and not known.get("met") and page < PAGES:
            on = {"of": whose, "seen": seen, "newest": newest, "page": page + 1, "met": seen in ids}
            return Asked(found, on, more=True)
        return Asked(found, {"of": whose, "seen": newest or seen})

    def check(self, account: ChannelAccount) -> str:
        """The app's name in that store. Raises TransportError when there is no such app."""
        api = value(account, "api").rstrip("/")
        asked = {"id": value(account, "app"), "country": value(account, "country")}
        status, said = call(account, "GET", f"{api}/lookup", params=asked, safe_again=True)
        apps = said.get("results") if isinstance(said, dict) else None
        if status >= REFUSED or not isinstance(apps, list) or not apps or not isinstance(apps[0], dict):
            raise TransportError(_("The App Store of this country has no app of this number."), permanent=True)
        return str(apps[0].get("trackName", ""))[:80] or value(account, "app")

    def _page(self, account: ChannelAccount, page: int) -> Any:
        api = value(account, "api").rstrip("/")
        path = f"{value(account, 'country')}/rss/customerreviews/page={page}/id={value(account, 'app')}"
        status, said = call(account, "GET", f"{api}/{path}/sortby=mostrecent/json", safe_again=True)
        if status >= REFUSED:
            raise TransportError(_("The App Store refuses to show reviews (%(code)d).") % {"code": status})
        if not isinstance(said, dict) or "feed" not in said:
            raise TransportError(_("The App Store's answer holds no reviews; it will be asked again."))
        return said
