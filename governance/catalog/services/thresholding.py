"""Moving thresholds: what would change is told before, from the candidates and scores that every scan keeps; nothing is read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from governance.catalog.entities import known_entities, merged, settings_of
from governance.catalog.indexing import refresh
from governance.catalog.models import Dataset, Field, FindingChange
from governance.catalog.services import ledger
from governance.catalog.services.decisions import without_values
from governance.catalog.services.findings import Found, tell, write
from governance.catalog.services.report_card import Card, card, cases, families_of_all
from governance.catalog.services.settling import HELD, Suggestion, decisions_of, settle, suggestion_from, total
from governance.core.access import Actor, require, visible
from governance.core.errors import InvalidInput
from governance.core.events import record
from governance.sources.models import Source
from governance.sources.services import update_source
from intelligence import rule_sets
from intelligence.classification import Settings, families
from intelligence.models import RuleSet

SHOWN: Final = 200
"""Fields that a preview names."""
CHUNK: Final = 500
UNDECIDED: Final = (Field.State.NONE, Field.State.SUGGESTED)
KEPT: Final = ("pk", "state", "suggested_entity", "suggested_score", "dataset__source_id")
OF_EVIDENCE: Final = ("candidates", "nested", "entity", "family", "score")


@dataclass(frozen=True, slots=True)
class Moved:
    """One undecided field of which something else would be suggested."""

    field_id: int
    before: str
    after: Suggestion
    score: float | None
    """Of what appears, or of what goes."""

    @property
    def change(self) -> str:
        return "changes" if self.before and self.after.entity else "appears" if self.after.entity else "disappears"


@dataclass(slots=True)
class Preview:
    """What would change: fields that appear and disappear, and the report card of decided fields before and after."""

    moved: list[Moved] = field(default_factory=list)
    looked_at: int = 0
    decided: int = 0
    """Decided fields whose suggestion would be another; what people decided holds on."""
    before: Card | None = None
    after: Card | None = None

    def as_json(self, actor: Actor) -> dict[str, Any]:
        assert self.before is not None and self.after is not None
        counts = Counter(one.change for one in self.moved)
        entities = Counter((one.after.entity or one.before, one.change) for one in self.moved)
        return {
            **{name: counts[name] for name in ("appears", "disappears", "changes")},
            "looked_at": self.looked_at,
            "decided": self.decided,
            "entities": [{"entity": entity, "change": change, "count": count} for (entity, change), count in entities.most_common(50)],
            "report_card": {"before": self.before.as_json()["overall"], "after": self.after.as_json()["overall"]},
            "fields": shown(self.moved[:SHOWN], actor),
        }


def preview(
    subject: RuleSet | Source, *, threshold: float | None = None, thresholds: Mapping[str, float | None] | None = None, actor: Actor
) -> Preview:
    """What would be suggested under other thresholds; a threshold of None falls back to the one above it. Counts what the actor may see."""
    require(actor, "manage", subject)
    change = _checked(threshold, thresholds or {})
    before = {source.pk: settings_of(source) for source in _sources(subject)}
    after = {source.pk: _under(subject, source, change) for source in _sources(subject)}
    found = Preview()
    seen = visible(actor, _fields(subject))
    truths = {one.field_id: one for one in cases(actor)}
    was, will = [], []
    for pk, state, entity, score, source, evidence in _kept(seen):
        then, now = suggestion_from(evidence, before[source], entity), suggestion_from(evidence, after[source], entity)
        found.looked_at += 1
        if state not in UNDECIDED:
            found.decided += then.entity != now.entity
        elif now.entity != entity:
            found.moved.append(Moved(pk, entity, now, now.score if now.entity else score))
        if (truth := truths.get(pk)) is not None:
            was.append(replace(truth, suggested=then.entity, score=then.score))
            will.append(replace(truth, suggested=now.entity, score=now.score))
    known = families_of_all()
    found.before, found.after = (card([one for one in judged if one.is_known], {}, known) for judged in (was, will))
    found.moved.sort(key=lambda one: (one.change, -(one.score or 0.0), one.field_id))
    return found


@transaction.atomic
def move(
    subject: RuleSet | Source,
    *,
    threshold: float | None = None,
    thresholds: Mapping[str, float | None] | None = None,
    note: str = "",
    actor: Actor,
) -> dict[str, int]:
    """Keep other thresholds, as a new version of the rule set or as the source's own, and suggest again at once; what people decided holds on. How many fields changed."""
    require(actor, "manage", subject)
    change = _checked(threshold, thresholds or {})
    told = ", ".join(f"{name or 'all'} {value if value is not None else 'as above it'}" for name, value in change.items())
    text = (note or f"Thresholds moved: {told}")[:500]
    if isinstance(subject, RuleSet):
        current = rule_sets.current(subject)
        settings = _moved(rule_sets.settings_of(current), change).as_json()
        rule_sets.new_version(subject, settings=settings, sampling=current.sampling, note=text, actor=actor)
    else:
        update_source(subject, classification=_own(subject, change), actor=actor)
    counts: Counter[str] = Counter()
    for source in _sources(subject):
        counts += _suggest_again(source, text, actor)
    moved = {name: value for name, value in change.items() if value is not None}
    told_of = {name: counts[name] for name in ("appears", "disappears", "changes")}
    data: dict[str, Any] = {"thresholds": moved, "cleared": sorted(set(change) - set(moved)), **told_of}
    record("catalog.thresholds.moved", subject, actor=actor, **data)
    return told_of


def shown(moved: Sequence[Moved], actor: Actor) -> list[dict[str, Any]]:
    """Moved fields with their names."""
    columns = ("pk", "name", "dataset_id", "dataset__name", "dataset__source_id", "dataset__source__name")
    rows = {row["pk"]: row for row in visible(actor, Field.objects.filter(pk__in=[one.field_id for one in moved])).values(*columns)}
    return [
        {
            "id": one.field_id,
            "name": row["name"],
            "dataset": row["dataset_id"],
            "dataset_name": row["dataset__name"],
            "source": row["dataset__source_id"],
            "source_name": row["dataset__source__name"],
            "change": one.change,
            "before": one.before,
            "after": one.after.entity,
            "score": one.score,
        }
        for one in moved
        if (row := rows.get(one.field_id)) is not None
    ]


def _suggest_again(source: Source, text: str, actor: Actor) -> Counter[str]:
    source.refresh_from_db()
    settings, rules = settings_of(source), ledger.rules_of(source)
    list(Dataset.objects.filter(source=source).order_by("pk").select_for_update().values_list("pk"))
    rows = _kept(_fields(source).filter(state__in=UNDECIDED))
    ids = [pk for pk, _, entity, _, _, evidence in rows if suggestion_from(evidence, settings, entity).entity != entity]
    counts: Counter[str] = Counter()
    for at in range(0, len(ids), CHUNK):
        counts += _again(ids[at : at + CHUNK], settings, rules, text, actor)
    return counts


def _again(ids: Sequence[int], settings: Settings, rules: ledger.Rules, text: str, actor: Actor) -> Counter[str]:
    decisions, counts = decisions_of(ids), Counter[str]()
    lines: list[FindingChange | None] = []
    new: dict[int, list[Found]] = {}
    fields = list(Field.objects.filter(pk__in=ids).select_related("dataset__source").defer("words", "dataset__words", "dataset__definition"))
    for one in fields:
        before, was = ledger.Standing.suggested(one), (one.entity, one.state)
        suggestion = suggestion_from(one.evidence, settings, one.suggested_entity)
        counts[Moved(one.pk, before.entity, suggestion, None).change] += 1
        settle(one, suggestion, decisions[one.pk], settings)
        one.judge = {**(one.judge or {}), "version": rules.version, "rules": rules.name, "own": rules.own}
        one.evidence = {**(one.evidence or {}), "entity": suggestion.entity or None, "family": suggestion.family or None}
        lines.append(ledger.note(before, one, FindingChange.Cause.THRESHOLD, actor=actor, detail=text))
        if one.entity:
            one.found, one.profile = one.found or timezone.now(), without_values(one.profile)
            if (one.entity, one.state) != was:
                new.setdefault(one.dataset_id, []).append(Found(one, one.entity, one.score, is_new=True))
    write([{name: getattr(one, name) for name in ("id", *HELD, "evidence", "profile", "judge")} for one in fields])
    ledger.write(lines)
    total({one.dataset_id for one in fields})
    refresh({one.dataset_id for one in fields}, [one.pk for one in fields])
    for found in new.values():
        tell(found[0].field.dataset, found, None, actor)
    return counts


def _kept(rows: QuerySet[Field]) -> Iterator[tuple[int, str, str, float | None, int, dict[str, Any]]]:
    """What is known of each field, without the heavy parts of its evidence."""
    parts = [f"evidence__{name}" for name in OF_EVIDENCE]
    for *kept, source, candidates, nested, entity, family, score in rows.order_by().values_list(*KEPT, *parts).iterator(chunk_size=2_000):
        pk, state, suggested, suggested_score = kept
        evidence = {"candidates": candidates, "nested": nested, "entity": entity, "family": family, "score": score}
        yield pk, state, suggested, suggested_score, source, evidence


def _fields(subject: RuleSet | Source) -> QuerySet[Field]:
    return Field.objects.filter(gone=None, dataset__gone=None, dataset__source__in=_sources(subject)).exclude(evidence=None)


def _sources(subject: RuleSet | Source) -> QuerySet[Source]:
    if isinstance(subject, Source):
        return Source.objects.filter(pk=subject.pk).select_related("rule_set")
    using = Q(rule_set=subject) | Q(rule_set=None) if subject.is_default else Q(rule_set=subject)
    return Source.objects.filter(using).select_related("rule_set").order_by("pk")


def _under(subject: RuleSet | Source, source: Source, change: Mapping[str, float | None]) -> Settings:
    """A source's settings as they would be."""
    if isinstance(subject, RuleSet):
        return merged(_moved(rule_sets.settings_of(rule_sets.current(subject)), change), source.classification)
    return merged(rule_sets.settings_of(rule_sets.current(source.rule_set)), _own(source, change))


def _moved(settings: Settings, change: Mapping[str, float | None]) -> Settings:
    thresholds = {**settings.thresholds, **change}
    overall = thresholds.pop("", None)
    kept = {name: value for name, value in thresholds.items() if value is not None}
    return settings.but(threshold=overall if overall is not None else settings.threshold, thresholds=kept)


def _own(source: Source, change: Mapping[str, float | None]) -> dict[str, Any]:
    """A source's own settings with other thresholds."""
    own = dict(source.classification or {})
    thresholds = {**own.get("thresholds", {}), **{name: value for name, value in change.items() if name}}
    own["thresholds"] = {name: value for name, value in thresholds.items() if value is not None}
    if "" in change:
        own["threshold"] = change[""]
    return {name: value for name, value in own.items() if value not in (None, {})}


def _checked(threshold: float | None, thresholds: Mapping[str, float | None]) -> dict[str, float | None]:
    """Name → threshold; the empty name is the one of everything."""
    change: dict[str, float | None] = dict(thresholds) | ({"": threshold} if threshold is not None else {})
    if not change:
        raise InvalidInput("Give a threshold, or thresholds by entity or family.", errors={"thresholds": ["empty"]})
    known = {*families_of_all(), *families.FAMILIES, *known_entities(), ""}
    for name, value in change.items():
        if name not in known:
            raise InvalidInput(f"There is no entity or family {name[:50]!r}.", errors={"thresholds": [f"{name[:50]}: unknown"]})
        if value is not None and (isinstance(value, bool) or not 0 < value <= 1):
            raise InvalidInput("A threshold is above 0 and at most 1.", errors={"thresholds": [f"{name[:50] or 'threshold'}: above 0 and at most 1"]})
    return change
