"""Search by any piece of a lead's name, e-mail, company or phone (see leads/search.py).

A table of its own: every event updates the lead's row, and an index over pieces there would be written each time.
"""

import django.db.models.deletion
from django.db import migrations, models

MAKE = """
CREATE FUNCTION lead_search_pieces(said text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT coalesce(array_agg(DISTINCT substr(said, place, 3)), '{}')
      FROM generate_series(1, length(said) - 2) AS place $$;

CREATE FUNCTION lead_search_text(name text, email text, company text, phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT lower(name || E'\\n' || email || E'\\n' || company || E'\\n' || phone) $$;

CREATE FUNCTION lead_search_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_leadsearch (lead_id, said)
    VALUES (NEW.id, lead_search_text(NEW.name, NEW.email, NEW.company, NEW.phone))
    ON CONFLICT (lead_id) DO UPDATE SET said = excluded.said WHERE leads_leadsearch.said <> excluded.said;
    RETURN NULL;
END $$;

CREATE TRIGGER lead_search_keep AFTER INSERT OR UPDATE OF name, email, company, phone ON leads_lead
FOR EACH ROW EXECUTE FUNCTION lead_search_keep();

SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO leads_leadsearch (lead_id, said)
SELECT id, lead_search_text(name, email, company, phone) FROM leads_lead;

CREATE INDEX lead_search_pieces ON leads_leadsearch USING gin (lead_search_pieces(said));
"""
UNMAKE = """
DROP TRIGGER lead_search_keep ON leads_lead;
DROP INDEX lead_search_pieces;
DROP FUNCTION lead_search_keep();
DROP FUNCTION lead_search_text(text, text, text, text);
DROP FUNCTION lead_search_pieces(text);
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_lead_views")]
    operations = [
        migrations.CreateModel(
            name="LeadSearch",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                ("said", models.TextField()),
            ],
        ),
        migrations.RunSQL(MAKE, UNMAKE),
    ]
