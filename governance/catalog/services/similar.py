"""Fields so alike that one decision may serve them all: the same suggestion, a name of the same words, values of the same shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from governance.catalog.models import Field
from governance.core.access import Actor, visible
from intelligence.classification.headers import tokens
from intelligence.classification.titles import title

MOST: Final = 200
LOOKED_AT: Final = 20_000
"""Fields with the same suggestion that are compared."""
ALIKE: Final = 0.6
"""From here on two fields count as alike."""
OPEN: Final = (Field.State.SUGGESTED, Field.State.NONE)
SHOWN: Final = ("id", "name", "kind", "dataset_id", "suggested_entity", "suggested_score", "profile__shapes")


@dataclass(frozen=True, slots=True)
class Alike:
    """A field that is like another one; `likeness` from 0 to 1."""

    field: Field
    likeness: float


@dataclass(frozen=True, slots=True)
class Group:
    """Undecided suggestions with the same entity, kind of value and words in the name."""

    entity: str
    kind: str
    name: str
    ids: Sequence[int]

    @property
    def title(self) -> str:
        return title(self.entity)

    def as_json(self) -> dict[str, Any]:
        return {"entity": self.entity, "title": self.title, "kind": self.kind, "name": self.name, "count": len(self.ids), "fields": list(self.ids)}


def similar(field: Field, *, actor: Actor, most: int = MOST) -> list[Alike]:
    """Undecided fields like this one, which the actor may decide; the likest first.

    Where nothing was suggested, only the same name with values of the same shapes counts.
    """
    rows = _open(actor).filter(suggested_entity=field.suggested_entity, kind=field.kind).exclude(pk=field.pk)
    words, shapes = _words(field.name), (field.profile or {}).get("shapes")
    if not field.suggested_entity:
        rows = rows.filter(state=Field.State.NONE, name__iexact=field.name)
    found = []
    for row in rows.order_by("pk").values(*SHOWN)[:LOOKED_AT]:
        likeness = _likeness(words, shapes, _words(row["name"]), row["profile__shapes"])
        if likeness >= ALIKE:
            found.append((likeness, row["id"]))
    best = sorted(found, key=lambda pair: (-pair[0], pair[1]))[:most]
    heavy = ("words", "profile", "evidence", "dataset__words", "dataset__profile", "dataset__definition")
    whole = {one.pk: one for one in Field.objects.filter(pk__in=[pk for _, pk in best]).select_related("dataset__source").defer(*heavy)}
    return [Alike(whole[pk], round(likeness, 3)) for likeness, pk in best if pk in whole]


def groups(actor: Actor, *, source: int | None = None, most: int = 50) -> list[Group]:
    """Undecided suggestions that one decision each could settle, the largest groups first."""
    rows = _open(actor).filter(state=Field.State.SUGGESTED)
    rows = rows.filter(dataset__source_id=source) if source else rows
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for pk, name, kind, entity in rows.order_by("pk").values_list("pk", "name", "kind", "suggested_entity")[:LOOKED_AT]:
        found[entity, kind, " ".join(sorted(_words(name)))].append(pk)
    large = sorted(((key, ids) for key, ids in found.items() if len(ids) > 1), key=lambda pair: (-len(pair[1]), pair[0]))
    return [Group(entity, kind, name, ids[:1_000]) for (entity, kind, name), ids in large[:most]]


def _open(actor: Actor) -> QuerySet[Field]:
    return visible(actor, Field.objects.filter(gone=None, dataset__gone=None, state__in=OPEN), "decide")


def _words(name: str) -> frozenset[str]:
    """The words of the last step of a name; numbers at its end do not tell fields apart (phone_1, phone_2)."""
    found = [word for word in tokens(name.rpartition(".")[2]) if not word.isdigit()]
    return frozenset(found or tokens(name))


def _likeness(words: frozenset[str], shapes: Any, other_words: frozenset[str], other_shapes: Any) -> float:
    """Half the name, half the shapes of the values; only the name, and a little less sure, where shapes are not known."""
    names = len(words & other_words) / len(words | other_words) if words | other_words else 1.0
    if not shapes or not other_shapes:
        return 0.9 * names
    return 0.5 * names + 0.5 * _overlap(_shares(shapes), _shares(other_shapes))


def _shares(shapes: Sequence[Sequence[Any]]) -> dict[str, float]:
    """Shape → its share; runs of one class count as one, since names differ in length."""
    counts: dict[str, float] = defaultdict(float)
    for shape, count in shapes:
        counts[_short(str(shape))] += count
    total = sum(counts.values()) or 1.0
    return {shape: count / total for shape, count in counts.items()}


def _short(shape: str) -> str:
    return "".join(char for at, char in enumerate(shape) if at == 0 or char != shape[at - 1])


def _overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(min(share, other.get(shape, 0.0)) for shape, share in one.items())
