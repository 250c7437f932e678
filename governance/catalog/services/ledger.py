"""The ledger of findings: what changed between two looks at a field, and why. What stayed the same leaves no line."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.db.models import QuerySet

from governance.catalog.entities import known_entities
from governance.catalog.models import Field, FindingChange
from governance.catalog.services.settling import suggestion_from
from governance.core.access import Actor, visible
from governance.sources.models import Source
from intelligence.classification import Settings, Verdict
from intelligence.classification.titles import title
from intelligence.models import RuleSetVersion

MOVED: Final = 0.05
"""A score that moved by less is the same score."""
MEASURED: Final = ("rows", "nulls", "distinct", "empty", "length_min", "length_max", "length_mean", "shapes")
"""Parts of a profile that do not depend on what was recognised."""
Cause = FindingChange.Cause


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules under which a suggestion was made: a version of a rule set, and a digest of what the source adds to it."""

    version: int | None = None
    name: str = ""
    own: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a field stood at, before something is done to it."""

    entity: str
    score: float | None
    state: str
    judge: Mapping[str, Any] | None
    evidence: Mapping[str, Any] | None

    @classmethod
    def suggested(cls, field: Field) -> Standing:
        """What the machine thought."""
        return cls(field.suggested_entity, field.suggested_score, field.state, field.judge, field.evidence)

    @classmethod
    def held(cls, field: Field) -> Standing:
        """What held."""
        return cls(field.entity, field.score, field.state, field.judge, field.evidence)


def rules_of(source: Source, made: RuleSetVersion | None = None) -> Rules:
    """The rules that count for a source; `made` is the version that a scan was started with."""
    if made is None:
        versions = RuleSetVersion.objects.select_related("rule_set").order_by("-number")
        made = (versions.filter(rule_set=source.rule_set_id) if source.rule_set_id else versions.filter(rule_set__is_default=True)).first()
    own = source.classification
    return Rules(made.pk if made else None, str(made)[:120] if made else "", _digest(own) if own else "")


def judge_of(verdict: Verdict, profile: Mapping[str, Any] | None, rules: Rules) -> dict[str, Any]:
    """What a suggestion was made from; two that are equal come from the same data, rules and models."""
    seen = [(profile or {}).get(name) for name in MEASURED] + [verdict.examined, verdict.distinct]
    judges = {"model": verdict.judge.get("model", ""), "text": verdict.judge.get("text", "")}
    return judges | {"version": rules.version, "rules": rules.name, "own": rules.own, "data": _digest(seen)}


def change(before: Standing, field: Field, settings: Settings, *, scan_id: int | None, evidence: Mapping[str, Any]) -> FindingChange | None:
    """A line (unsaved) when a scan made something else of a field whose `judge` is the new one already; None when it did not."""
    if not _differs(before, field.suggested_entity, field.suggested_score, field.state):
        return None
    is_first = before.evidence is None
    causes = [Cause.DATA] if is_first else _causes(before, field, settings)
    line = _line(before, field, causes[0], entity=field.suggested_entity, score=field.suggested_score)
    line.causes, line.scan_id = [str(one) for one in causes], scan_id
    line.evidence = _digest(evidence)
    line.detail = "Looked at for the first time." if is_first else _because(causes, before.judge or {}, field.judge or {})
    return line


def note(before: Standing, field: Field, cause: FindingChange.Cause, *, actor: Actor, detail: str, is_held: bool = False) -> FindingChange | None:
    """A line (unsaved) for what a person did; `is_held` compares what holds instead of what is suggested."""
    entity, score = (field.entity, field.score) if is_held else (field.suggested_entity, field.suggested_score)
    if not _differs(before, entity, score, field.state):
        return None
    line = _line(before, field, cause, entity=entity, score=score)
    line.user_id, line.detail = actor.id, detail[:500]
    line.evidence = _digest(field.evidence) if field.evidence else ""
    return line


def write(lines: Sequence[FindingChange | None]) -> int:
    """Keep lines; how many."""
    kept = [one for one in lines if one is not None]
    FindingChange.objects.bulk_create(kept, batch_size=1_000)
    return len(kept)


def history(field: Field, most: int = 50) -> list[FindingChange]:
    """The lines of a field that the reader sees already, newest first."""
    return list(FindingChange.objects.filter(field=field).select_related("user")[:most])


def of_scan(actor: Actor, scan_id: int) -> QuerySet[FindingChange]:
    """What a scan changed, as far as the reader may see it."""
    return visible(actor, FindingChange.objects.filter(scan_id=scan_id))


def sentence(line: FindingChange) -> str:
    """What became of it, in words: “nothing → Email address”, “Email address, score .71 → .97”."""
    before, after = (title(one) if one else "nothing" for one in (line.before_entity, line.after_entity))
    if line.before_entity != line.after_entity:
        return f"{before} → {after}"
    if line.before_state != line.after_state:
        return f"{after}: {line.get_before_state_display().lower()} → {line.get_after_state_display().lower()}"
    return f"{after}, score {line.before_score or 0:.2f} → {line.after_score or 0:.2f}"


def _differs(before: Standing, entity: str, score: float | None, state: str) -> bool:
    moved = abs((score or 0.0) - (before.score or 0.0)) > MOVED
    return before.entity != entity or before.state != state or (bool(entity) and moved)


def _line(before: Standing, field: Field, cause: FindingChange.Cause, *, entity: str, score: float | None) -> FindingChange:
    was, now = before.judge or {}, field.judge or {}
    return FindingChange(
        field=field,
        before_entity=before.entity,
        before_score=before.score,
        before_state=before.state,
        after_entity=entity,
        after_score=score,
        after_state=field.state,
        cause=cause,
        causes=[str(cause)],
        rules_before=was.get("rules", ""),
        rules_after=now.get("rules", ""),
        model_before=_model(was),
        model_after=_model(now),
    )


def _causes(before: Standing, field: Field, settings: Settings) -> list[FindingChange.Cause]:
    """Everything that was different, the surest first; what cannot have made this difference is left out."""
    was, now = before.judge, field.judge or {}
    if was is None:
        return [Cause.MODEL]
    found = []
    is_new_rules = (was.get("version"), was.get("own")) != (now.get("version"), now.get("own"))
    if is_new_rules and suggestion_from(before.evidence, settings, before.entity).entity != before.entity:
        # The scores of the time before, under the lines of today, say something else already.
        found.append(Cause.THRESHOLD)
    if is_new_rules and _touched(was.get("version"), settings) & _names(before.entity, field.suggested_entity, settings):
        found.append(Cause.RULE_SET)
    if any(was.get(name) != now.get(name) for name in ("model", "text")):
        found.append(Cause.MODEL)
    if was.get("data") != now.get("data"):
        found.append(Cause.DATA)
    return found or [Cause.RULE_SET if is_new_rules else Cause.DATA]


def _touched(version_id: int | None, settings: Settings) -> set[str]:
    """Entities and families that another version spoke of otherwise than these settings do; everything when it is not kept any more."""
    version = RuleSetVersion.objects.filter(pk=version_id or 0).values_list("settings", flat=True).first()
    if version is None:
        return set(known_entities(settings))
    earlier = Settings.from_json(version)
    own = set(earlier.custom) ^ set(settings.custom)
    return (set(earlier.disabled) ^ set(settings.disabled)) | {one.entity for one in own} | {one.family for one in own}


def _names(before: str, after: str, settings: Settings) -> set[str]:
    known = known_entities(settings)
    return {name for one in (before, after) if one for name in (one, known.get(one, ""))} - {""}


def _because(causes: Collection[FindingChange.Cause], was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    parts = []
    for one in causes:
        if one == Cause.MODEL and was:
            parts.append(f"the column model is {_model(now) or 'another'}, it was {_model(was) or 'another'}")
        elif one == Cause.MODEL:
            parts.append("the portal judges otherwise than the release that looked before")
        elif one == Cause.RULE_SET:
            parts.append(f"the rules are those of {now.get('rules') or 'no rule set'}, they were those of {was.get('rules') or 'no rule set'}")
        elif one == Cause.THRESHOLD:
            parts.append("a threshold was moved")
        elif was.get("data") == now.get("data"):
            parts.append("the fields beside it changed")
        else:
            parts.append("the values are not those of the scan before")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."[:500]


def _model(judge: Mapping[str, Any]) -> str:
    return " + ".join(part for part in (judge.get("model"), judge.get("text")) if part)[:60]


def _digest(data: Any) -> str:
    packed = orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.blake2b(packed, digest_size=12).hexdigest()
