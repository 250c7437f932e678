"""Facts of this app."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from governance.core.events import declare


class SourceSaved(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: str
    location: str


class SourceDeleted(BaseModel):
    """`removed` counts what went with it."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    removed: dict[str, int]


class SourceChecked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    is_reachable: bool
    version: str = ""
    error: str = ""
    """The code of what went wrong."""


declare("sources.source.created", SourceSaved, title="A source was added")
declare("sources.source.updated", SourceSaved, title="A source was changed")
declare("sources.source.deleted", SourceDeleted, title="A source was removed")
declare("sources.source.checked", SourceChecked, title="A connection was tested")
