"""The words the browser code says by itself: it has no dictionary of its own, gettext stays the only one."""

from __future__ import annotations

from django.utils.translation import gettext as _


def browser_words() -> dict[str, str]:
    """Give the sentences by key; ``frontend/scripts/words.ts`` fills ``{n}`` and ``{time}``."""
    return {
        "justNow": _("just now"),
        "minutesAgo": _("{n} min ago"),
        "hoursAgo": _("{n} hours ago"),
        "left": _("{time} left"),
        "over": _("{time} over"),
        "days": _("{n} d"),
        "hours": _("{n} h"),
        "minutes": _("{n} min"),
        "copied": _("Copied"),
        "copyFailed": _("Could not copy. Select the text and copy it by hand."),
        "cancel": _("Cancel"),
        "confirm": _("Yes, do it"),
        "dismiss": _("Dismiss"),
        "updated": _("Updated"),
        "picked": _("{n} selected"),
        "draftRestored": _("Your unsent draft is back."),
        "sendingFile": _("Sending {n}"),
        "fileReady": _("{n} is ready to be sent."),
        "takeOut": _("Take {n} out"),
        "tooManyFiles": _("Up to {n} files can be sent at once."),
        "fileTooLarge": _("This file is too large: up to {n} MB can be taken."),
        "filesGoing": _("A file is still under way. Send it when the file has arrived."),
        "failedNetwork": _("No connection. Nothing was lost; try again when you are online."),
        "failed403": _("You may not do this, or your session has ended. Reload the page and try again."),
        "failed404": _("This is no longer here. Someone may have moved or removed it."),
        "failed409": _("Someone else changed this in the meantime. Reload to see how it stands now."),
        "failed413": _("This is too large to send."),
        "failed422": _("Something in the form is not right yet. Look at the marked fields."),
        "failed429": _("Too many requests in a short time. Wait a minute and try again."),
        "failed500": _("Something went wrong on our side. It has been noted; try again in a moment."),
        "failedOther": _("That did not work. Try again."),
    }
