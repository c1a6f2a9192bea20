import django.db.models.deletion
import huixiang.kernel.clock
import huixiang.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspaces', '0007_second_factor'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=huixiang.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('owner', 'Workspace owner'), ('administrator', 'Administrator'), ('operator', 'Operator'), ('specialist', 'Service specialist'), ('product', 'Product manager'), ('analyst', 'Analyst'), ('moderator', 'Moderator'), ('viewer', 'Viewer')], max_length=20)),
                ('job_title', models.CharField(blank=True, max_length=60)),
                ('token_hash', models.CharField(blank=True, db_index=True, max_length=64)),
                ('by_mail', models.BooleanField(default=False)),
                ('mail_error', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(default=huixiang.kernel.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='workspaces.membership')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='workspaces.workspace')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('revoked_at', None)), fields=('workspace', 'email'), name='invitation_open_once')],
            },
        ),
    ]
