"""The sealer gives committed facts their gapless sequence and appends their leaves. One at a time, under an advisory lock."""

from __future__ import annotations

from django.db import connection, transaction

from governance.core.models import Event, Leaf

LOCK = 7_226_001  # advisory lock of the sealer
BATCH = 5_000

# All visible rows without a sequence, in the order of their ids; a row that commits late gets a later number.
SEAL = f"""
WITH top AS (SELECT coalesce(max(sequence), 0) AS n FROM {Leaf._meta.db_table}),
todo AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM (
        SELECT id FROM {Event._meta.db_table} WHERE sequence IS NULL ORDER BY id LIMIT %s
    ) AS unsealed
),
sealed AS (
    UPDATE {Event._meta.db_table} AS event SET sequence = top.n + todo.n FROM todo, top WHERE event.id = todo.id RETURNING event.id, event.sequence, event.leaf
)
INSERT INTO {Leaf._meta.db_table} (sequence, event_id, hash) SELECT sequence, id, leaf FROM sealed
"""
LAST = f"SELECT max(sequence) FROM {Leaf._meta.db_table}"


def seal(batch: int = BATCH) -> range:
    """Seal at most `batch` facts; their sequences, none also when another sealer is at work."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return range(0)
        cursor.execute(SEAL, [batch])
        count = int(cursor.rowcount)
        if not count:
            return range(0)
        cursor.execute(LAST)
        (last,) = cursor.fetchone()
        return range(last - count + 1, last + 1)
