"""Of a value that goes on for pages the beginning is searched: cutting 60,000 letters into pieces of three took
the database nine seconds, for whoever sent such a name (`substr` counts its letters from the first each time).
"""

from django.db import migrations

TEXT = """
CREATE OR REPLACE FUNCTION lead_search_text(name text, email text, company text, phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT lower({}) $$;
"""
BOUND = TEXT.format(
    "left(name, 300) || E'\\n' || left(email, 320) || E'\\n' || left(company, 300) || E'\\n' || left(phone, 100)"
) + """
UPDATE leads_leadsearch SET said = lead_search_text(l.name, l.email, l.company, l.phone)
FROM leads_lead l WHERE l.id = lead_id AND said <> lead_search_text(l.name, l.email, l.company, l.phone);
"""
UNBOUND = TEXT.format(r"name || E'\n' || email || E'\n' || company || E'\n' || phone")


class Migration(migrations.Migration):
    dependencies = [("leads", "0007_reasons_follow")]
    operations = [migrations.RunSQL(BOUND, UNBOUND)]
