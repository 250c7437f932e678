"""Which rows the counts of a field were made over, in words: some are of all rows, some of a sample, some of a few of its values."""

from __future__ import annotations

from dataclasses import dataclass

from governance.catalog.models import Dataset, Field
from governance.core.face.numbers import exact


@dataclass(frozen=True, slots=True)
class Basis:
    """Ends of sentences (`counted` for nulls and distinct, `sampled` for what is drawn from the sample) and whole ones; empty where nothing was measured."""

    counted: str = ""
    sampled: str = ""
    looked: str = ""
    checked: str = ""


def basis_of(field: Field) -> Basis:
    """How the numbers of a field fit together."""
    profile, evidence = field.profile or {}, field.evidence or {}
    counted, examined, different = profile.get("rows"), evidence.get("examined"), evidence.get("distinct") or 0
    checked = max((one.get("distinct") or 0 for one in evidence.get("evidence") or []), default=0)
    sampled = _part(examined, counted, "a sample of ")
    looked = f"The scan looked at {sampled}, with {_values(different)} in {'it' if sampled.startswith('a ') else 'them'}." if sampled else ""
    if sampled.startswith("a sample"):
        looked += f" {_guarantee(field.dataset, examined)}"
    if profile.get("of_sample"):
        of_values = f"{exact(counted or 0)} values that a sample of the documents holds here"
        return Basis(counted=of_values, sampled=of_values, looked=f"The scan looked at {of_values}, {_values(different)}.")
    return Basis(
        counted=_part(counted, field.dataset.rows),
        sampled=sampled,
        looked=looked,
        checked=f"Each check reads at most {exact(checked)} of these values, evenly spread; its counts are of those."
        if 0 < checked < different
        else "",
    )


def counted_of(dataset: Dataset) -> str:
    """The rows that nulls and distinct values of a dataset's fields were counted over."""
    profile = dataset.profile or {}
    return _part(profile.get("read", profile.get("rows")), dataset.rows)


def _guarantee(dataset: Dataset, examined: int | None) -> str:
    """What a uniform sample does not miss: with n rows a share of 1 - .05 ** (1/n) is seen with 95 %; how it was drawn, where that is not uniform."""
    profile = dataset.profile or {}
    method = str((profile.get("sample") or {}).get("method", ""))
    if str(profile.get("method", "")).startswith("the first"):
        # A view's rows are counted up to the budget only; its sample is of the same ones.
        method = f"{method} of {profile['method']}"
    if "first" in method or "block" in method:
        return f"It was not drawn from all rows ({method}), so it may miss what stands elsewhere."
    share = 100 * (1 - 0.05 ** (1 / max(1, examined or 0)))
    return f"Every row was as likely to be in it: what stands in {share:.2g} % of the rows is seen with 95 % certainty."


def _part(part: int | None, whole: int | None, prefix: str = "") -> str:
    if part is None:
        return ""
    if whole is None or part >= whole:
        return f"all {exact(part)} rows" if part != 1 else "the one row"
    return f"{prefix}{exact(part)} of {exact(whole)} rows"


def _values(count: int) -> str:
    return f"{exact(count)} different value{'' if count == 1 else 's'}"
