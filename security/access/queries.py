"""Who may do what, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet

from governance.core.access import ACTIONS, Action, Actor, may, visible
from governance.core.subjects import Subject, subject_of, type_named, type_of
from security.access.gate import SCOPES, ceiling_of, covering_grants
from security.access.holdings import CEILINGS, ROLES, Held, Holdings, read
from security.access.models import Grant

REACHED = ("source", "dataset", "field")
NAMED = 25


@dataclass(frozen=True, slots=True)
class Explained:
    """The gate's answer for one person, with the grants that reach them there; `decides` marks those that made the answer."""

    is_allowed: bool
    why: str
    ceiling: str
    grants: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reached:
    """How many rows of a kind somebody may do an action on, of how many the asker sees, and the first of them."""

    kind: str
    plural: str
    count: int
    total: int
    rows: list[Subject]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def grants_seen(actor: Actor) -> QuerySet[Grant]:
    """The grants an actor may see: their own, and those on what they administer."""
    rows = Grant.objects.all()
    condition = Q(pk__in=visible(actor, rows).values("pk"))
    for scope in SCOPES:
        condition |= Q(scope=scope, scope_id__in=visible(actor, type_named(scope).model._default_manager.all(), "administer").values("pk"))
    return rows.filter(condition)


def explain(user: User, action: Action, subject: Model | None) -> Explained:
    """Whether a person may do an action on a subject (or portal-wide), which grants decide, and why in one sentence."""
    held = read(user.pk)
    actor = Actor("person", user.pk, user.get_username())
    is_allowed = may(actor, action, subject)
    reaching = [] if held.is_all or not held.is_active else covering_grants(held, subject)
    deciding = _deciding(reaching, action, is_allowed)
    rows = {row.pk: row for row in Grant.objects.select_related("user", "team").filter(pk__in=[one.id for one in reaching])}
    rank = ceiling_of(held, actor, subject) if held.is_active else -1
    where = {pk: row.where() for pk, row in rows.items()}
    return Explained(
        is_allowed,
        _why(user, held, [_words(one, where) for one in deciding], reaching, action, is_allowed, subject),
        CEILINGS[rank] if rank >= 0 else "",
        [
            {"grant": rows[one.id], "words": _words(one, where), "decides": one in deciding, "gives": sorted(ROLES[one.role]), "id": one.id}
            for one in reaching
            if one.id in rows
        ],
    )


def who_can(action: Action, subject: Model | None) -> list[tuple[User, Explained]]:
    """Every active person who may do an action on a subject."""
    found = ((user, explain(user, action, subject)) for user in User.objects.filter(is_active=True).order_by("username"))
    return [(user, explained) for user, explained in found if explained.is_allowed]


def reached(user: User, action: Action, *, asker: Actor) -> list[Reached]:
    """What a person may do an action on: sources, datasets and fields. Names only what the asker sees as well."""
    person = Actor("person", user.pk, user.get_username())
    found = []
    for name in REACHED:
        kind = type_named(name)
        seen = visible(asker, kind.model._default_manager.all())
        held = visible(person, seen, action)
        rows = held.select_related(None).order_by("pk")[:NAMED] if name != "field" else []
        found.append(Reached(name, kind.plural, held.count(), seen.count(), [subject_of(row) for row in rows]))
    return found


def _deciding(reaching: list[Held], action: Action, is_allowed: bool) -> list[Held]:
    denying = [one for one in reaching if one.takes(action)]
    return denying if denying and not is_allowed else [one for one in reaching if one.gives(action)] if is_allowed else []


def _why(user: User, held: Holdings, deciding: list[str], reaching: list[Held], action: Action, is_allowed: bool, subject: Model | None) -> str:
    name = user.get_username()
    if not user.is_active:
        return f"{name} is deactivated, so nothing is allowed."
    if held.is_all:
        return f"{name} is a superuser, so everything is allowed and no grant can take it away."
    if deciding and not is_allowed:
        return f"Denied by {_count(deciding)}: a denial comes before whatever else allows it."
    if deciding:
        return f"Allowed by {_count(deciding)}."
    kind = type_of(subject.__class__) if subject is not None else None
    if is_allowed and kind is not None:
        return "It is their own." if "person" in kind.paths else f"Everybody who holds any grant may see {kind.plural or kind.name}."
    if not reaching:
        return f"No grant of {name} reaches here. Give a role that allows it: {_roles(action)}."
    if any(one.gives(action) for one in reaching) and kind is not None and kind.unscoped != "view":
        return f"Seeing this takes a role with “{ACTIONS[kind.unscoped]}” on the whole portal: {_roles(kind.unscoped)}."  # type: ignore[index,arg-type]
    return f"The grants that reach here do not include “{ACTIONS[action]}”. Roles that do: {_roles(action)}."


def _roles(action: Action) -> str:
    return ", ".join(role for role, actions in ROLES.items() if action in actions)


def _words(grant: Held, where: dict[int, str]) -> str:
    return f"grant {grant.id} ({grant.role} on {where.get(grant.id, grant.scope)})"


def _count(grants: list[str]) -> str:
    return ", ".join(grants[:3]) + (f" and {len(grants) - 3} more" if len(grants) > 3 else "")


def grants_reaching(user: User) -> list[Grant]:
    """The grants that reach a person: their own, their teams', and everyone's; expired ones too, since screens show them as such."""
    condition = Q(user=user) | Q(team__members=user) | Q(everyone=True)
    return list(Grant.objects.select_related("user", "team").filter(condition).distinct().order_by("-id"))
