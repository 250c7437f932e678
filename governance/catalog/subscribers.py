"""The search follows the names of those who own things."""

from __future__ import annotations

from governance.catalog import indexing
from governance.core.events import subscriber
from governance.core.models import Event

NAMES = frozenset({"username", "first_name", "last_name", "name"})


@subscriber("catalog.search", "identity.person.changed", "identity.team.changed", "identity.team.deleted")
def on_new_name(event: Event) -> None:
    """Datasets are found by their owners' new names, and no longer by the old ones."""
    change = event.data.get("change") or {}
    if event.subject_id is None:
        return
    if event.type == "identity.team.deleted":
        indexing.refresh_all(indexing.marked_with(str((change.get("before") or {}).get("name", ""))))
    elif NAMES & set(change.get("after") or {}):
        indexing.refresh_all(indexing.owned_by(event.subject_type, event.subject_id))
