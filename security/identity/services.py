"""People and teams: adding, changing, deactivating."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from governance.core.access import Actor, require
from governance.core.errors import Conflict, Denied, InvalidInput
from governance.core.events import record
from security.access import administrators
from security.identity import tokens
from security.identity.models import Team

NAMES = ("username", "first_name", "last_name", "email", "is_superuser")
SECRET_NAMES = ("first_name", "last_name", "email", "username")
"""Personal data: facts say that they changed, not what they were."""


def create_person(
    *, username: str, first_name: str = "", last_name: str = "", email: str = "", is_superuser: bool = False, actor: Actor
) -> tuple[User, str]:
    """A new person and the password made up for them, which is shown this once. A new person sees nothing until a grant reaches them."""
    require(actor, "administer")
    _require_superuser(actor, is_superuser)
    password = made_up()
    user = User(username=username, first_name=first_name, last_name=last_name, email=email, is_superuser=is_superuser, is_staff=True)
    user.set_password(password)
    user.full_clean()
    with transaction.atomic():
        user.save()
        record("identity.person.created", user, actor=actor, severity="warning" if is_superuser else "info")
    return user, password


def change_person(user: User, *, actor: Actor, **changes: Any) -> User:
    """Change names, e-mail address or the superuser's flag."""
    require(actor, "administer", user)
    if unknown := set(changes) - set(NAMES):
        raise InvalidInput(f"A person has no {', '.join(sorted(unknown))} that can be changed here.")
    before = {name: getattr(user, name) for name in changes}
    _require_superuser(actor, user.is_superuser or bool(changes.get("is_superuser")))
    for name, value in changes.items():
        setattr(user, name, value)
    user.full_clean()
    changed = {name for name in changes if before[name] != changes[name]}
    if changed:
        with administrators.kept():
            user.save(update_fields=sorted(changed))
            shown = {name: {"before": before[name], "after": changes[name]} for name in changed - set(SECRET_NAMES)}
            hidden = {name: {"before": "•", "after": "• changed"} for name in changed & set(SECRET_NAMES)}
            both = shown | hidden
            change = {side: {name: one[side] for name, one in both.items()} for side in ("before", "after")}
            record("identity.person.changed", user, actor=actor, severity="warning" if "is_superuser" in changed else "info", change=change)
    return user


def deactivate_person(user: User, *, actor: Actor) -> User:
    """The person can do nothing any more: sessions and tokens end, grants stay for the day they come back."""
    return _activity(user, False, actor)


def activate_person(user: User, *, actor: Actor) -> User:
    return _activity(user, True, actor)


def renew_password(user: User, *, actor: Actor) -> str:
    """A new made-up password for somebody, shown this once; their sessions end."""
    require(actor, "administer", user)
    _require_superuser(actor, user.is_superuser)
    password = made_up()
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record("identity.password.changed", user, actor=actor, severity="warning")
    return password


def create_team(*, name: str, description: str = "", members: Iterable[User] = (), actor: Actor) -> Team:
    require(actor, "administer")
    team = Team(name=name, description=description)
    team.full_clean()
    with administrators.kept():
        team.save()
        team.members.set(members)
        record("identity.team.created", team, actor=actor)
    return team


def change_team(team: Team, *, actor: Actor, name: str | None = None, description: str | None = None, members: Iterable[User] | None = None) -> Team:
    """Change a team; whoever joins gets what the team was granted, and whoever leaves loses it."""
    require(actor, "administer", team)
    before = _team(team)
    team.name = team.name if name is None else name
    team.description = team.description if description is None else description
    team.full_clean()
    with administrators.kept():
        team.save()
        if members is not None:
            team.members.set(members)
        after = _team(team)
        if before != after:
            sides = {side: {key: one[key] for key in after if before[key] != after[key]} for side, one in (("before", before), ("after", after))}
            record("identity.team.changed", team, actor=actor, severity="warning" if "members" in sides["after"] else "info", change=sides)
    return team


def delete_team(team: Team, *, actor: Actor) -> None:
    """Delete a team with the grants it held."""
    require(actor, "administer", team)
    with administrators.kept():
        record("identity.team.deleted", team, actor=actor, severity="warning", change={"before": _team(team), "after": {}})
        Team.objects.filter(pk=team.pk).delete()


def made_up() -> str:
    """A password of 80 bits that can be read out on the telephone."""
    return "-".join(secrets.token_hex(2) for _ in range(5))


def _activity(user: User, is_active: bool, actor: Actor) -> User:
    require(actor, "administer", user)
    _require_superuser(actor, user.is_superuser)
    if not is_active and user.pk == actor.id:
        raise Conflict("You cannot deactivate yourself. Ask another administrator.")
    with administrators.kept():
        if User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active):
            record(f"identity.person.{'activated' if is_active else 'deactivated'}", user, actor=actor, severity="warning")
    tokens.forget()
    user.is_active = is_active
    return user


def _require_superuser(actor: Actor, is_needed: bool) -> None:
    """Nobody gives, or takes over, more than they have: superusers are changed by superusers only."""
    if is_needed and actor.kind != "system" and not User.objects.filter(pk=actor.id or 0, is_active=True, is_superuser=True).exists():
        raise Denied("Only a superuser can make, change or deactivate a superuser.")


def _team(team: Team) -> dict[str, Any]:
    return {"name": team.name, "description": team.description, "members": sorted(team.members.values_list("pk", flat=True))}
