from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('capture', '0003_vendors'),
    ]

    operations = [
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('code', models.CharField(max_length=60)),
                ('detail', models.TextField(help_text='The last sentence that the sender was told.')),
                ('times', models.PositiveIntegerField(default=1)),
                ('last_at', models.DateTimeField()),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='capture.source')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'hour', 'code'), name='one_refusal_per_hour_and_code')],
            },
        ),
    ]
