"""Facts about grants."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class Granted(BaseModel):
    """To whom (`user` and `team` are ids, both null for everyone), which role, and where."""

    model_config = ConfigDict(extra="forbid")
    user: int | None
    team: int | None
    everyone: bool
    role: str
    effect: str
    scope: str
    scope_id: int | None
    ceiling: str
    expires_at: str | None


def declare_all() -> None:
    declare("access.grant.created", Granted, title="A grant was given")
    declare("access.grant.changed", Granted, title="A grant was changed")
    declare("access.grant.deleted", Granted, title="A grant was taken away")
