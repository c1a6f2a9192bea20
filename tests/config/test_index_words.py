import pytest

from huixiang.channels.models import ChannelAccount
from huixiang.config.tasks import index_words
from huixiang.feedback.models import Feedback
from huixiang.feedback.search import matching
from tests.factories.rows import unstored


@pytest.mark.django_db
def test_rows_that_lost_their_words_are_found_by_the_new_ones(app_channel: ChannelAccount) -> None:
    one = unstored(app_channel, "快递破损")
    one.save()
    Feedback.objects.filter(id=one.id).update(text="门把手冻住了", title="门把手冻住了")

    def found(query: str) -> list[Feedback]:
        return list(Feedback.objects.filter(matching(workspace_id=app_channel.workspace_id, query=query)))

    assert (found("破损"), found("把手")) == ([], [])
    index_words()
    assert (found("破损"), found("把手")) == ([], [one])
