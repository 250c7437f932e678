"""Cells of an import that change nothing, and why: nobody should think that they were taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FROM_SCANS = ("type", "sensitivity", "suggested", "score")
ONLY_DATASETS = ("domain", "owners", "teams", "certification")
ONLY_FIELDS = ("verdict", "entity", "reason")


def of_dataset(shown: Mapping[str, str], cells: Mapping[str, str]) -> list[str]:
    """`shown` is what an export says in the columns that come from scans."""
    return [*_misplaced(cells, ONLY_FIELDS, "this belongs on the line of a field"), *_from_scans(shown, cells)]


def of_field(shown: Mapping[str, str], cells: Mapping[str, str], different: Mapping[str, object], is_decided: bool) -> list[str]:
    """`different` names the cells that say something else than the catalog, `is_decided` whether the line decides something."""
    found = _misplaced(cells, ONLY_DATASETS, "this belongs on the dataset's own line, where the column “field” is empty")
    verdict = cells.get("verdict", "").lower()
    if "entity" in different and cells["entity"] and verdict != "set":
        found.append("entity was ignored: it is read where verdict is “set”; “confirm” and “reject” are about what the scan suggests.")
    if "reason" in different and cells["reason"] and not is_decided:
        why = "its verdict is empty" if not verdict else "it decides what was decided already"
        found.append(f"reason was ignored: it is kept with a new decision, and this line makes none ({why}).")
    return [*found, *_from_scans(shown, cells)]


def _misplaced(cells: Mapping[str, str], names: Sequence[str], why: str) -> list[str]:
    given = [name for name in names if cells.get(name)]
    return [f"{_listed(given)} ignored: {why}."] if given else []


def _from_scans(shown: Mapping[str, str], cells: Mapping[str, str]) -> list[str]:
    given = [name for name in FROM_SCANS if cells.get(name) and cells[name] != shown.get(name, "").strip()]
    return [f"{_listed(given)} ignored: what a scan found cannot be imported. To change what a field holds, use verdict and entity."] if given else []


def _listed(names: Sequence[str]) -> str:
    """“owners was”, “domain, owners and teams were”."""
    if len(names) == 1:
        return f"{names[0]} was"
    return f"{', '.join(names[:-1])} and {names[-1]} were"
