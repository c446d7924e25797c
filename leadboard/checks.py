"""`manage.py check`: a name in the wiring that does not exist, or a setting that is not safe, is an error."""

from django.conf import settings
from django.core.checks import Error, Warning, register
from django.db import OperationalError, connection
from django.utils.module_loading import import_string

from leadboard import wiring
from leadboard.leads.events import KINDS

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
CONNECTIONS_BESIDES_WEB = 20  # jobs, clocks, listeners, a person with psql


@register
def check_wiring(app_configs=None, **kwargs):
    """Every name in the wiring can be imported, and every kind of event exists."""
    names = [name for table in (wiring.AT_ONCE, wiring.LATER) for names in table.values() for name in names]
    names += [*wiring.LEAD_PANELS, *wiring.LEAD_STORIES, *wiring.TOGETHER.values(), *wiring.AUDITED.values()]
    names += [*wiring.PRUNED.values(), *(name for name, _ in wiring.PERIODIC.values())]
    names += [f"{module}.{name}" for module in wiring.PERSONAL for name in ("told_of", "erase")]
    unknown = (wiring.AT_ONCE.keys() | wiring.LATER.keys()) - KINDS.keys()
    problems = [
        Error(f"wiring.py names an unknown kind of event: {kind}", id="leadboard.E001") for kind in unknown
    ]
    for name in names:
        try:
            import_string(name)
        except ImportError as error:
            problems.append(
                Error(f"wiring.py names {name}, which does not exist: {error}", id="leadboard.E002")
            )
    return problems


@register(deploy=True)
def check_demo(app_configs=None, **kwargs):
    """The demo's password is public."""
    if settings.LEADBOARD_DEMO and settings.HTTPS:
        return [Warning("LEADBOARD_DEMO=1: everybody knows the demo's password", id="leadboard.W001")]
    return []


@register("database")
def check_database(app_configs=None, databases=None, **kwargs):
    """What is acknowledged is on disk, and the connections that the programs may open exist."""
    if not databases:
        return []
    try:
        with connection.cursor() as cursor:
            off = [name for name in DURABLE if _show(cursor, name) == "off"]
            most = int(_show(cursor, "max_connections"))
    except OperationalError as error:
        return [Error(f"the database does not answer: {error}", id="leadboard.E003")]
    problems = [
        Error(f"PostgreSQL runs with {name}=off: an acknowledged lead could be lost", id="leadboard.E004")
        for name in off
    ]
    need = settings.LEADBOARD_WEB * (settings.WEB_POOL_SIZE + 2) + CONNECTIONS_BESIDES_WEB
    if need > most:
        problems.append(
            Error(f"{need} connections may be opened, PostgreSQL allows {most}", id="leadboard.E005")
        )
    return problems


def _show(cursor, name):
    """Return a setting of PostgreSQL."""
    cursor.execute("SELECT current_setting(%s)", [name])
    return cursor.fetchone()[0]
