from django.db import migrations, models

UNFINISHED = models.Q(('state__in', ['open', 'waiting_us', 'reopened', 'waiting_member']))


def index(name, *fields):
    return migrations.AddIndex(
        model_name='case', index=models.Index(fields=list(fields), name=name, condition=UNFINISHED)
    )


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_no_unread_of_the_team'),
    ]

    operations = [
        index('case_urgent', 'workspace', 'historical', 'urgency', 'id'),
        index('case_soonest', 'workspace', 'historical', 'due_at', 'id'),
        index('case_newest', 'workspace', 'historical', '-last_at', '-id'),
        index('case_grade_newest', 'workspace', 'historical', 'grade', '-last_at', '-id'),
        index('case_heard', 'workspace', '-heard_at'),
    ]
