import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from leadboard.tracking import partitions

# The id has a sequence and no identity column: with PostgreSQL 15 and 16 a table made LIKE this one could not be
# attached otherwise. The primary key has to hold the column by which the table is parted.
TOUCHES = """
CREATE SEQUENCE tracking_touch_id_seq;
CREATE TABLE tracking_touch (
    id bigint NOT NULL DEFAULT nextval('tracking_touch_id_seq'),
    at timestamptz NOT NULL,
    kind varchar(10) NOT NULL,
    visitor_id bigint,
    lead_id bigint,
    visit integer NOT NULL DEFAULT 0,
    page varchar(24) NOT NULL DEFAULT '',
    ref varchar(120),
    what text NOT NULL DEFAULT '',
    title text NOT NULL DEFAULT '',
    seconds integer NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    device varchar(8) NOT NULL DEFAULT '',
    hour smallint CHECK (hour BETWEEN 0 AND 23),
    referrer text NOT NULL DEFAULT '',
    source text NOT NULL DEFAULT '',
    medium text NOT NULL DEFAULT '',
    campaign text NOT NULL DEFAULT '',
    term text NOT NULL DEFAULT '',
    content text NOT NULL DEFAULT '',
    PRIMARY KEY (id, at),
    CONSTRAINT touch_kind_is_known CHECK
        (kind IN ('view', 'open', 'click', 'download', 'webinar', 'reply', 'form')),
    CONSTRAINT touch_is_somebodys CHECK (visitor_id IS NOT NULL OR lead_id IS NOT NULL)
) PARTITION BY RANGE (at);
ALTER SEQUENCE tracking_touch_id_seq OWNED BY tracking_touch.id;
CREATE INDEX touch_of_lead ON tracking_touch (lead_id, at) WHERE lead_id IS NOT NULL;
CREATE INDEX touch_of_visitor ON tracking_touch (visitor_id, at) WHERE visitor_id IS NOT NULL;
CREATE UNIQUE INDEX one_touch_per_ref ON tracking_touch (ref, at) WHERE ref IS NOT NULL;
CREATE TABLE tracking_touch_default PARTITION OF tracking_touch DEFAULT;
"""


def make_first_months(apps, schema_editor):
    """This month and the next ones; later ones are made by the periodic work."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
        for ahead in range(partitions.MONTHS_AHEAD + 1):
            partitions.make(cursor, partitions.month_of(now, ahead))


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('leads', '0002_lead_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Interest',
            fields=[
                ('lead', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='interest', serialize=False, to='leads.lead')),
                ('at', models.DateTimeField(help_text='When the last touch was.')),
                ('fresh', models.PositiveIntegerField(default=0, help_text='Touches since it was told last.')),
                ('is_hot', models.BooleanField(default=False)),
                ('due_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='interest_due')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin', models.CharField(max_length=200, unique=True)),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Visitor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(unique=True)),
                ('identified_at', models.DateTimeField(null=True)),
                ('consented_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('visit', models.PositiveIntegerField(default=1, help_text='Number of its current visit.')),
                ('tokens', models.FloatField(default=120.0)),
                ('lead', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='visitors', to='leads.lead')),
            ],
        ),
        migrations.AddIndex(
            model_name='visitor',
            index=models.Index(fields=['seen_at'], name='visitor_seen'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TOUCHES, 'DROP TABLE tracking_touch CASCADE;')],
            state_operations=[
                migrations.CreateModel(
                    name='Touch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField()),
                        ('kind', models.CharField(choices=[('view', 'Page view'), ('open', 'Mail opened'), ('click', 'Link in a mail'), ('download', 'Download'), ('webinar', 'Webinar'), ('reply', 'Reply'), ('form', 'Form')], max_length=10)),
                        ('visit', models.PositiveIntegerField(default=0)),
                        ('page', models.CharField(blank=True, max_length=24)),
                        ('ref', models.CharField(max_length=120, null=True)),
                        ('what', models.TextField(blank=True)),
                        ('title', models.TextField(blank=True)),
                        ('seconds', models.PositiveIntegerField(default=0)),
                        ('device', models.CharField(blank=True, max_length=8)),
                        ('hour', models.PositiveSmallIntegerField(help_text="Of the day, by the visitor's own clock.", null=True)),
                        ('referrer', models.TextField(blank=True)),
                        ('source', models.TextField(blank=True)),
                        ('medium', models.TextField(blank=True)),
                        ('campaign', models.TextField(blank=True)),
                        ('term', models.TextField(blank=True)),
                        ('content', models.TextField(blank=True)),
                        ('lead', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='touches', to='leads.lead')),
                        ('visitor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='touches', to='tracking.visitor')),
                    ],
                ),
                migrations.AddConstraint(
                    model_name='touch',
                    constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['view', 'open', 'click', 'download', 'webinar', 'reply', 'form'])), name='touch_kind_is_known'),
                ),
                migrations.AddConstraint(
                    model_name='touch',
                    constraint=models.CheckConstraint(condition=models.Q(('visitor__isnull', False), ('lead__isnull', False), _connector='OR'), name='touch_is_somebodys'),
                ),
            ],
        ),
        migrations.RunPython(make_first_months, migrations.RunPython.noop),
    ]
