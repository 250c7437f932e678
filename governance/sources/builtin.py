"""The built-in source "This portal": our own database, read as a role that sees no secret."""

from __future__ import annotations

from django.db import connection, transaction

from governance.core.access import SYSTEM
from governance.core.events import record
from governance.sources.connectors.postgresql import OwnDatabase, grant_reader
from governance.sources.models import Source


def install() -> None:
    """Makes the source if it is missing, and lets its role read what the migrations made. Safe to do again."""
    with transaction.atomic(), connection.cursor() as cursor:
        grant_reader(cursor)
        defaults = {
            "name": OwnDatabase.label,
            "kind": OwnDatabase.kind,
            "description": "The portal's own database: a first scan with real input, and proof that the portal keeps no raw values.",
            "location": "the database of this portal",
            "allows_private": True,
        }
        source, is_new = Source.objects.get_or_create(is_builtin=True, defaults=defaults)
        if is_new:
            record("sources.source.created", source, actor=SYSTEM, kind=source.kind, location=source.location)
