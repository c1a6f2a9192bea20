"""Taking an answer that somebody known writes under what they said."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huixiang.channels.models import Conversation
from huixiang.kernel.errors import Refused
from huixiang.members.models import Member
from huixiang.portal import limits
from huixiang.portal.forms import WordsForm
from huixiang.portal.speaking import say_more


def take_answer(
    request: HttpRequest, *, conversation: Conversation | None, member: Member | None, public: bool
) -> str:
    """Send the words of the form on; returns "" when that went well, else the sentence why not. Counts the try."""
    form = WordsForm(request.POST)
    sentence = next((str(error) for errors in form.errors.values() for error in errors), "")
    if limits.used_up(request, limits.POSTS):
        sentence = _("That was a lot in a short time. Wait ten minutes and send it again.")
    limits.count(request, limits.POSTS)
    try:
        if not sentence and member and conversation:
            say_more(conversation=conversation, member=member, text=form.cleaned_data["text"], public=public)
    except Refused as refused:
        sentence = str(refused.sentence)
    return sentence
