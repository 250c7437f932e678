"""Keeps the search's words of datasets and fields true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import orjson
from django.db import connection
from django.db.models import Q, QuerySet

from governance.catalog import words
from governance.catalog.models import Dataset, Field
from intelligence.classification import families
from intelligence.classification.titles import title

DATASETS = (
    "UPDATE catalog_dataset AS d SET words = r.words::tsvector FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, words text) WHERE d.id = r.id"
)
CHUNK = 500
FIELDS = "UPDATE catalog_field AS d SET words = r.words::tsvector FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, words text) WHERE d.id = r.id"


def dataset_vector(name: str, path: Iterable[str], texts: Iterable[str], marks: Iterable[str] = ()) -> str:
    """The words of a dataset: `texts` are description and comment, `marks` the names of domain, tags, owners and what its fields hold."""
    return words.vector(
        (
            ("A", words.words_of_name(name)),
            ("B", (word for mark in marks for word in words.words_of_name(mark))),
            ("C", (word for step in path for word in words.words_of_name(step))),
            ("D", (word for text in texts for word in words.words_of_text(text))),
        )
    )


def field_vector(name: str, dataset: str, texts: Iterable[str], marks: Iterable[str] = ()) -> str:
    """The words of a field: its name, what it holds and its tags, its dataset's name, its description and comment."""
    return words.vector(
        (
            ("A", words.words_of_name(name)),
            ("B", (word for mark in marks for word in words.words_of_name(mark))),
            ("C", words.words_of_name(dataset)),
            ("D", (word for text in texts for word in words.words_of_text(text))),
        )
    )


def held(entity: str, family: str) -> list[str]:
    """The words of what a field holds: the entity's and the family's, as programs and as people write them."""
    return [entity, title(entity), *([family, families.label(family)] if family else [])] if entity else []


def refresh(dataset_ids: Collection[int], field_ids: Collection[int] | None = None) -> None:
    """Write the words of datasets and of some of their fields (of all without `field_ids`) again, and teach the vocabulary."""
    datasets = Dataset.objects.filter(pk__in=dataset_ids).select_related("domain").prefetch_related("tags", "owners", "owner_teams")
    fields = Field.objects.filter(dataset_id__in=dataset_ids).prefetch_related("tags")
    rows: list[dict[str, object]] = []
    names: dict[int, str] = {}
    marks: dict[int, list[str]] = defaultdict(list)
    field_rows: list[dict[str, object]] = []
    texts: list[str] = []
    for dataset_id, entity, family in fields.filter(gone=None).exclude(entity="").values_list("dataset_id", "entity", "family").distinct():
        marks[dataset_id] += held(entity, family)
    for one in datasets:
        names[one.pk] = one.name
        own = [*marks[one.pk], *(tag.name for tag in one.tags.all()), *(team.name for team in one.owner_teams.all())]
        own += [one.domain.name] if one.domain else []
        own += [name for owner in one.owners.all() for name in (owner.get_username(), owner.get_full_name()) if name]
        rows.append({"id": one.pk, "words": dataset_vector(one.name, one.path, (one.description, one.comment), own)})
    for field in fields if field_ids is None else fields.filter(pk__in=field_ids):
        own = [*held(field.entity, field.family), *(tag.name for tag in field.tags.all())]
        field_rows.append(
            {"id": field.pk, "words": field_vector(field.name, names.get(field.dataset_id, ""), (field.description, field.comment), own)}
        )
    _write(DATASETS, rows, texts)
    _write(FIELDS, field_rows, texts)
    learn_vectors(texts)


def refresh_all(datasets: QuerySet[Dataset]) -> None:
    """Write the words of datasets again, however many there are; those of their fields name no owner and stay."""
    ids = list(datasets.order_by("pk").values_list("pk", flat=True).distinct())
    for start in range(0, len(ids), CHUNK):
        refresh(ids[start : start + CHUNK], ())


def owned_by(kind: str, pk: int) -> QuerySet[Dataset]:
    """The datasets of a person or of a team."""
    return Dataset.objects.filter(Q(owners=pk) if kind == "person" else Q(owner_teams=pk))


def marked_with(name: str) -> QuerySet[Dataset]:
    """The datasets whose words hold every word of a name; a name that is no more has left no other trace."""
    wanted = " & ".join(f"'{word}':AB" for word in words.words_of_name(name))
    return Dataset.objects.extra(where=["catalog_dataset.words @@ %s::tsquery"], params=[wanted]) if wanted else Dataset.objects.none()


def learn_vectors(vectors: Sequence[str]) -> None:
    """Teach the vocabulary every word of some tsvectors."""
    words.learn({entry.rpartition("':")[0][1:] for text in vectors for entry in text.split(" ")})


def _write(statement: str, rows: list[dict[str, object]], texts: list[str]) -> None:
    if rows:
        texts += [str(row["words"]) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(statement, [orjson.dumps(rows).decode()])
