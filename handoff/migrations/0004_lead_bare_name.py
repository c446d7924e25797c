from django.db import migrations

# All spellings of one address have the same name before + and @ without dots; see handoff.mailing.addresses.BARE_NAME.
INDEX = """
CREATE INDEX lead_bare_name ON leads_lead
(replace(split_part(split_part(lower(btrim(email)), '@', 1), '+', 1), '.', ''))
"""


class Migration(migrations.Migration):
    dependencies = [("handoff", "0003_suppression_key"), ("leads", "0001_initial")]

    operations = [migrations.RunSQL(INDEX, "DROP INDEX lead_bare_name")]
