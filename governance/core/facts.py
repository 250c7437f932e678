"""Facts of the ground floor itself."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class Exported(BaseModel):
    """`filters` is the query string that chose the facts."""

    model_config = ConfigDict(extra="forbid")
    format: str
    filters: str


class Replayed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    subscriber: str
    event: int


declare("identity.administrator.created", title="The first administrator was made")
declare("audit.events.exported", Exported, title="Facts were exported")
declare("audit.fact.replayed", Replayed, title="A fact that was set aside was replayed")
