"""The facts that the runtime records."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from governance.core.events import declare


class Restored(BaseModel):
    """Which backup was restored: its file's name, when it was made, and the release that made it."""

    file: str
    made: datetime
    release: str


declare("runtime.restored", Restored, title="A backup was restored")
