"""How the database goes about a statement."""

from django.db import connection


def plan_of(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + text)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def know_sizes() -> None:
    """Lets it count the rows there are, as it does by itself in a deployment; without what earlier tests have left in
    its indexes, or which of two as good it takes would be a matter of their order."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("REINDEX TABLE scheduling_slot")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("ANALYZE")
