"""What Django looks for in a database backend."""

from django.apps import apps
from django.db.backends.postgresql import base

from leadboard.playbook.apps import store_default

# Made by the migrations, the same for every test.
LASTING = {"django_content_type", "auth_permission"}
GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 8 > 0"


class Operations(base.DatabaseOperations):
    """Django truncates all tables after each test that commits, and then makes its content types anew: files
    by the hundred come and go. Few tables have rows then: those are deleted; what is always the same stays.
    """

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        """Empty what has rows, at once, and begin with the first agreement; return that nothing is left."""
        used = self._with_rows(tables)
        guarded = sorted(used & self._guarded())  # they refuse to forget a row
        words = [f"TRUNCATE {', '.join(map(self.quote_name, guarded))} CASCADE"] if guarded else []
        words += [f"DELETE FROM {self.quote_name(table)}" for table in sorted(used - set(guarded))]
        if words:
            self.execute_sql_flush(words)
            store_default(apps.get_app_config("playbook"), self.connection.alias)
        return []

    def _with_rows(self, tables):
        looks = [
            f"(SELECT '{table}' FROM {self.quote_name(table)} LIMIT 1)" for table in set(tables) - LASTING
        ]
        return self._column(" UNION ALL ".join(looks))

    def _guarded(self):
        return self._column(GUARDED)

    def _column(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return {name for (name,) in cursor.fetchall()}


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to PostgreSQL with our way of emptying."""

    ops_class = Operations
