"""The portal always keeps somebody who can administer it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q

from governance.core.errors import Conflict
from security.access.holdings import forget, read
from security.access.models import Grant

LOCK = 7_226_003  # advisory lock of changes that could take away an administrator


@contextmanager
def kept() -> Iterator[None]:
    """A transaction around a change of people, teams or grants; Conflict, and nothing changed, when nobody would be left to administer the portal."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            were_there = exist()
            yield
            if were_there and not exist():
                raise Conflict("This would leave nobody who can administer the portal. Make somebody else an administrator first.")
    finally:
        forget()


def exist() -> bool:
    """Whether an active superuser, or an active person with the administrator's role on the whole portal, is left."""
    active = User.objects.filter(is_active=True)
    if active.filter(is_superuser=True).exists():
        return True
    roles = Grant.objects.filter(role=Grant.Role.ADMINISTRATOR, scope=Grant.Scope.PORTAL, effect=Grant.Effect.ALLOW)
    reached = active if roles.filter(everyone=True).exists() else active.filter(Q(grants__in=roles) | Q(teams__grants__in=roles)).distinct()
    return any(read(pk).has_everywhere("administer") for pk in reached.values_list("pk", flat=True).iterator())
