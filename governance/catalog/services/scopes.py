"""Domains and tags carry grants: putting data under one that does is giving access, which is an administrator's business."""

from __future__ import annotations

from collections.abc import Collection

from governance.catalog.models import Domain
from governance.core.access import Actor, may
from governance.core.errors import Denied
from security.access.models import Grant


def guard_scope(actor: Actor, scope: str, ids: Collection[int]) -> None:
    """Denied when one of these domains or tags is the scope of a grant and the actor is no administrator."""
    if not ids or may(actor, "administer"):
        return
    wanted = set(ids)
    if scope == "domain":
        # A grant on a domain covers those below it.
        above = dict(Domain.objects.values_list("pk", "parent_id"))
        for one in ids:
            parent = above.get(one)
            while parent is not None and parent not in wanted:
                wanted.add(parent)
                parent = above.get(parent)
    if Grant.objects.filter(scope=scope, scope_id__in=wanted).exists():
        raise Denied(f"Access is granted through this {scope}, so only an administrator may put data under it or take it away. Ask one.", scope=scope)
