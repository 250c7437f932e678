"""Facts about people, teams, tokens and sign-ins."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class Locked(BaseModel):
    """`by` says which limit was reached: the name's, the address's or that of both together."""

    model_config = ConfigDict(extra="forbid")
    by: str
    seconds: int


class Issued(BaseModel):
    model_config = ConfigDict(extra="forbid")
    prefix: str
    scopes: list[str]
    expires_at: str | None


class Withdrawn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    prefix: str


def declare_all() -> None:
    declare("security.login.succeeded", title="Signed in")
    declare("security.login.failed", title="A sign-in failed")
    declare("security.login.locked", Locked, title="Sign-ins are refused after too many attempts")
    declare("security.logout.done", title="Signed out")
    declare("identity.password.changed", title="A password was changed")
    declare("identity.person.created", title="A person was added")
    declare("identity.person.changed", title="A person was changed")
    declare("identity.person.deactivated", title="A person was deactivated")
    declare("identity.person.activated", title="A person was activated again")
    declare("identity.team.created", title="A team was made")
    declare("identity.team.changed", title="A team was changed")
    declare("identity.team.deleted", title="A team was deleted")
    declare("identity.token.created", Issued, title="A token was made")
    declare("identity.token.revoked", Withdrawn, title="A token was revoked")
