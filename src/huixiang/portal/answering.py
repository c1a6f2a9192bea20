"""Taking an answer that somebody writes under what they said."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huixiang.channels.models import Conversation
from huixiang.kernel.errors import Refused
from huixiang.members.models import Member
from huixiang.portal import limits
from huixiang.portal.forms import WordsForm
from huixiang.portal.speaking import say_more
from huixiang.ui import files


def take_answer(
    request: HttpRequest, *, conversation: Conversation | None, member: Member | None, public: bool
) -> str:
    """Send words and files of the form on; returns "" when that went well, else the sentence why not.

    Counts the try. Who sends files alone need not write a word.
    """
    if limits.used_up(request, limits.POSTS):
        return _("That was a lot in a short time. Wait ten minutes and send it again.")
    limits.count(request, limits.POSTS)
    if member is None or conversation is None:
        return ""
    try:
        sent = files.sent_with(request, conversation.account.workspace, upload=limits.metered(request))
        form = WordsForm({"text": files.words_beside(request.POST.get("text", ""), sent)})
        sentence = next((str(error) for errors in form.errors.values() for error in errors), "")
        if not sentence:
            text = form.cleaned_data["text"]
            say_more(conversation=conversation, member=member, text=text, public=public, attachments=sent)
    except Refused as refused:
        return str(refused.sentence)
    return sentence
