"""What one actor holds: the grants that reach them, read in one query, and what these add up to."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from governance.core.access import ACTIONS, Action, Actor
from governance.core.subjects import type_named
from security.access.models import Grant
from security.identity.models import Team

ROLES: Final[dict[str, frozenset[Action]]] = {
    "viewer": frozenset({"view", "preview"}),
    "steward": frozenset({"view", "preview", "edit", "decide"}),
    "engineer": frozenset({"view", "preview", "scan", "manage"}),
    "auditor": frozenset({"view", "audit"}),
    "administrator": frozenset(ACTIONS),
}
TAKEN: Final[dict[str, frozenset[Action]]] = {
    name: actions if name in ("viewer", "administrator") else actions - ROLES["viewer"] for name, actions in ROLES.items()
}
"""What a denied role takes away: what it adds to looking. Denying the viewer (or the administrator) hides the thing, and with it everything else."""
CEILINGS: Final = [name for name, _ in Grant.Ceiling.choices]
REMEMBER = 2.0
MOST = 200

_members = Team.members.through._meta.db_table
READ = f"""
SELECT u.is_active, u.is_superuser, g.id, g.role, g.effect, g.scope, g.scope_id, g.ceiling
FROM {User._meta.db_table} u LEFT JOIN {Grant._meta.db_table} g
  ON (g.user_id = u.id OR g.everyone OR g.team_id IN (SELECT team_id FROM {_members} WHERE user_id = u.id))
 AND (g.expires_at IS NULL OR g.expires_at > %s)
WHERE u.id = %s
"""


@dataclass(frozen=True, slots=True)
class Held:
    """One grant as it reaches its actor."""

    id: int
    role: str
    is_allow: bool
    scope: str
    scope_id: int | None
    ceiling: int

    def gives(self, action: Action) -> bool:
        return self.is_allow and action in ROLES[self.role]

    def takes(self, action: Action) -> bool:
        # What cannot be seen cannot be acted upon either.
        return not self.is_allow and (action in TAKEN[self.role] or "view" in TAKEN[self.role])


@dataclass(frozen=True, slots=True)
class Reach:
    """Where one action is allowed or denied: everywhere, or by scope the ids of sources, datasets, domains (those below included) and tags."""

    everywhere: bool
    within: dict[str, frozenset[int]]

    def __bool__(self) -> bool:
        return self.everywhere or any(self.within.values())

    def covers(self, places: dict[str, frozenset[int]]) -> bool:
        return self.everywhere or any(ids & places.get(scope, frozenset()) for scope, ids in self.within.items())


@dataclass(slots=True)
class Holdings:
    """A person's state and grants. `is_all` is the portal itself and superusers, whom no grant binds; `is_active` false means nothing at all."""

    is_active: bool
    is_all: bool
    grants: list[Held]
    _reaches: dict[tuple[Action, bool], Reach] = field(default_factory=dict)
    _below: dict[str, dict[int, frozenset[int]]] = field(default_factory=dict)

    @property
    def has_any(self) -> bool:
        return self.is_active and (self.is_all or any(one.is_allow for one in self.grants))

    def reach(self, action: Action, *, is_allow: bool) -> Reach:
        """Where the grants give the action, or (`is_allow` false) where they take it away."""
        key = action, is_allow
        if key not in self._reaches:
            self._reaches[key] = self._gather([one for one in self.grants if (one.gives(action) if is_allow else one.takes(action))])
        return self._reaches[key]

    def has_everywhere(self, action: Action) -> bool:
        """Whether the action is allowed on the whole portal."""
        return self.is_all or (self.reach(action, is_allow=True).everywhere and not self.reach(action, is_allow=False).everywhere)

    def spread(self, one: Held) -> frozenset[int]:
        """The ids a scoped grant covers: of a domain also those below it."""
        if one.scope_id is None:
            return frozenset()
        return self._descendants(one.scope).get(one.scope_id, frozenset({one.scope_id}))

    def _gather(self, grants: list[Held]) -> Reach:
        within: dict[str, set[int]] = {}
        for one in grants:
            if one.scope != "portal":
                within.setdefault(one.scope, set()).update(self.spread(one))
        return Reach(any(one.scope == "portal" for one in grants), {scope: frozenset(ids) for scope, ids in within.items()})

    def _descendants(self, scope: str) -> dict[int, frozenset[int]]:
        if scope not in self._below:
            kind = type_named(scope)
            pairs = list(kind.model._default_manager.values_list("pk", kind.parent)) if kind.parent else []
            self._below[scope] = _closed(pairs)
        return self._below[scope]


SYSTEM = Holdings(True, True, [])
NOTHING = Holdings(False, False, [])
_remembered: OrderedDict[tuple[int, str], tuple[float, Holdings]] = OrderedDict()


def holdings_of(actor: Actor) -> Holdings:
    """What the actor holds now. Read once a request; an actor outside a request (a websocket, a test) is read each time."""
    if actor.kind == "system":
        return SYSTEM
    if actor.id is None or not actor.is_known:
        return NOTHING
    if not actor.request_id:
        return read(actor.id)
    key, now = (actor.id, actor.request_id), time.monotonic()
    held = _remembered.get(key)
    # Request ids can come from the caller, so an answer grows old even under the same one.
    if held is not None and now - held[0] < REMEMBER:
        return held[1]
    found = read(actor.id)
    _remembered[key] = now, found
    while len(_remembered) > MOST:
        _remembered.popitem(last=False)
    return found


def forget() -> None:
    """Called after every change of grants, people and teams, so that the request that made it already sees it."""
    _remembered.clear()


def read(user_id: int) -> Holdings:
    with connection.cursor() as cursor:
        cursor.execute(READ, [timezone.now(), user_id])
        rows = cursor.fetchall()
    if not rows or not rows[0][0]:
        return NOTHING
    grants = [
        Held(pk, role, effect == Grant.Effect.ALLOW, scope, scope_id, CEILINGS.index(ceiling))
        for _, _, pk, role, effect, scope, scope_id, ceiling in rows
        if pk is not None
    ]
    return Holdings(True, bool(rows[0][1]), grants)


def _closed(pairs: list[tuple[int, int | None]]) -> dict[int, frozenset[int]]:
    """Row → itself and all below it; a circle, which nothing should make, ends where it began."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in pairs:
        children.setdefault(parent, []).append(pk)

    def below(pk: int) -> Iterator[int]:
        seen, waiting = set[int](), [pk]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting.extend(children.get(one, ()))
        yield from seen

    return {pk: frozenset(below(pk)) for pk, _ in pairs}
