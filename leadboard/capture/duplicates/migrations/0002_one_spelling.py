"""Keys that were kept before an address had one spelling: a tag and a provider's dots do not count any more.

Where two keys become one, the newer lead's stays; the leads themselves are left to people.
"""

from django.db import migrations
from django.db.models import Q

from leadboard.capture.contact import one_spelling


def respell(apps, schema_editor):
    """Give each e-mail key its one spelling."""
    keys = apps.get_model("capture", "IdentityKey")
    odd = Q(value__contains="+") | Q(value__endswith="@gmail.com") | Q(value__endswith="@googlemail.com")
    for key in keys.objects.filter(odd, kind="email").order_by("-lead_id", "pk"):
        value = one_spelling(key.value)
        if value == key.value:
            continue
        if keys.objects.filter(kind="email", value=value).exists():
            key.delete()
        else:
            keys.objects.filter(pk=key.pk).update(value=value)


class Migration(migrations.Migration):
    dependencies = [("duplicates", "0001_initial"), ("capture", "0003_vendors")]
    operations = [migrations.RunPython(respell, migrations.RunPython.noop)]
