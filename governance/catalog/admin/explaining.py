"""Why a field is thought to hold what it holds, for parts/verdict.html."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log
from typing import Any

from governance.catalog.admin.basis import basis_of
from governance.catalog.entities import threshold_told
from governance.catalog.models import Field
from intelligence.classification.decision import PRIOR

Step = dict[str, Any]
MOST_PATHS = 200


def story_of(field: Field) -> dict[str, Any]:
    """What a field holds and why."""
    evidence = field.evidence or {}
    reason = (evidence.get("reason") or "").rstrip(".").lower()
    return {
        "field": field,
        "evidence": evidence,
        "shown_entity": field.entity or field.suggested_entity,
        "basis": basis_of(field),
        "examples": evidence.get("examples") or [],
        "against": [one for one in evidence.get("against") or [] if one.lower() != reason],
        "candidates": [{"entity": entity, "score": value} for entity, value in evidence.get("candidates") or [] if entity != evidence.get("entity")],
        "threshold": threshold_told(field.dataset.source, field.suggested_entity) if field.suggested_entity else "",
        "arithmetic": arithmetic(evidence),
        "judges": _judges(field),
        "paths": _paths(field),
        "minorities": [{**one, "share": f"{100 * one['matched'] / max(1, one['read']):.2g}"} for one in evidence.get("minorities") or []],
        "parent": field.parent,
    }


def arithmetic(evidence: Mapping[str, Any]) -> dict[str, Any] | None:
    """How the score comes about, in log-odds, as a waterfall: each step with the sum so far. None where nothing was found."""
    score = evidence.get("score")
    if not evidence.get("entity") or score is None:
        return None
    told = evidence.get("arithmetic") or []
    steps = [(one["label"], float(one["value"])) for one in told[:-1]] if told else _rebuilt(evidence, score)
    known = {one["detail"]: one for one in evidence.get("evidence") or []}
    total = sum(value for _, value in steps)
    rows, low, high = _run(steps, known)
    width = max(high - low, 1e-9)
    for row in rows:
        start, end = sorted((row.pop("start"), row["sum"]))
        row |= {"left": f"{100 * (start - low) / width:.2f}", "width": f"{max(100 * (end - start) / width, 0.6):.2f}"}
    return {"steps": rows, "total": total, "score": score, "zero": f"{100 * -low / width:.2f}", "is_exact": abs(_share(total) - score) < 0.005}


def _run(steps: Sequence[tuple[str, float]], known: Mapping[str, Mapping[str, Any]]) -> tuple[list[Step], float, float]:
    """The steps with the sum so far, and the lowest and highest sum on the way."""
    rows: list[Step] = []
    so_far = low = high = 0.0
    for words, value in steps:
        start, so_far = so_far, so_far + value
        low, high = min(low, so_far), max(high, so_far)
        one = known.get(words, {})
        values = f"{one['matched']:,} of {one['distinct']:,}" if one.get("distinct") else ""
        rows.append({"label": words, "value": value, "sum": so_far, "start": start, "recognizer": one.get("recognizer", ""), "values": values})
    return rows, low, high


def _rebuilt(evidence: Mapping[str, Any], score: float) -> list[tuple[str, float]]:
    """Verdicts of earlier releases keep only the weights: the rest is what rivals and doubt took away."""
    bounded = min(max(score, 1e-4), 1 - 1e-4)
    steps = [("before anything is known", PRIOR), *((one["detail"], one["weight"]) for one in evidence.get("evidence") or [])]
    rest = log(bounded / (1 - bounded)) - sum(value for _, value in steps)
    return [*steps, ("what else it could be, or nothing", rest)] if abs(rest) >= 0.05 else steps


def _share(odds: float) -> float:
    return 1 / (1 + exp(-min(max(odds, -700.0), 700.0)))


def _judges(field: Field) -> list[tuple[str, str]]:
    """Which model, which engine and which rules said so."""
    judge = {**((field.evidence or {}).get("judge") or {}), **{name: value for name, value in (field.judge or {}).items() if value}}
    rules = f"{judge['rules']}{', and what this source adds' if judge.get('own') else ''}" if judge.get("rules") else ""
    told = [("Column model", judge.get("model", "")), ("Text engine", judge.get("text", "")), ("Rule set", rules)]
    return [(term, str(value)) for term, value in told if value]


def _paths(field: Field) -> list[dict[str, Any]]:
    """What paths of the documents in this column hold, each with its own page where it has one."""
    found = (field.evidence or {}).get("nested") or []
    if not found:
        return []
    pages = dict(Field.objects.filter(parent=field, gone=None).values_list("name", "pk"))
    named = [
        {"path": path, "entity": entity, "score": score, "pk": pages.get(path) or pages.get(f"{field.name}.{path}")} for path, entity, score in found
    ]
    return named[:MOST_PATHS]
