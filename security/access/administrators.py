"""The portal always keeps somebody who can administer it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice

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
    return User.objects.filter(is_active=True, is_superuser=True).exists() or next(_by_grant(), None) is not None


def to_ask(most: int = 3) -> list[str]:
    """Names of administrators, for people who see nothing yet."""
    superusers = User.objects.filter(is_active=True, is_superuser=True).order_by("-last_login", "pk")
    return [one.get_full_name() or one.get_username() for one in islice(chain(superusers[:most], _by_grant()), most)]


def _by_grant() -> Iterator[User]:
    """Active people whom a grant makes an administrator of the whole portal."""
    active = User.objects.filter(is_active=True, is_superuser=False)
    roles = Grant.objects.filter(role=Grant.Role.ADMINISTRATOR, scope=Grant.Scope.PORTAL, effect=Grant.Effect.ALLOW)
    reached = active if roles.filter(everyone=True).exists() else active.filter(Q(grants__in=roles) | Q(teams__grants__in=roles)).distinct()
    return (user for user in reached.order_by("pk") if read(user.pk).has_everywhere("administer"))
