"""What a connector is: the shapes that every kind of source answers in."""

from __future__ import annotations

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict

from governance.core.errors import Cancelled
from governance.core.http.guard import Policy
from governance.core.registry import Registry

Kind = Literal["text", "integer", "decimal", "boolean", "date", "time", "timestamp", "uuid", "json", "binary", "list", "struct", "other"]
SCALED: Final[frozenset[Kind]] = frozenset({"integer", "decimal", "date", "timestamp"})
"""Kinds whose values lie on a line, so that they have quantiles and a histogram."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One column as the source describes it. `type` is the source's own name, `kind` ours."""

    name: str
    type: str
    kind: Kind
    position: int
    nullable: bool = True
    comment: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """One table, view, file or partitioned folder.

    `path` is where it stands inside the source (schema, folder), `name` its own name; both exactly as the source spells them. `key` is stable and unique in the source.
    `fingerprint` changes when structure or content changed; empty when the source cannot tell (then it is always read).
    `structure` is a digest of the fields alone. `rows` and `size` (bytes) are the source's own estimates, None when unknown. `definition` is a view's query.
    `references` are foreign keys: (own columns, dataset key, its columns).
    """

    key: str
    path: tuple[str, ...]
    name: str
    kind: Literal["table", "view", "materialized_view", "foreign_table", "file", "folder", "collection"]
    fields: tuple[FieldInfo, ...]
    rows: int | None = None
    size: int | None = None
    fingerprint: str = ""
    structure: str = ""
    comment: str = ""
    definition: str = ""
    references: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = ()
    error: str = ""
    """Why the fields could not be read (a truncated file, no permission); the dataset is then listed, and its unit fails with this."""


@dataclass(slots=True)
class Sample:
    """A uniform sample of rows, column-wise: `columns[i]` belongs to `fields[i]`; values are Python values as the driver gives them, None for null, long values cut to `MAX_VALUE` characters.

    `method` says how it was drawn ("all rows", "uniform 3,000 of 81,234", "system 1 %"), for the evidence. `rows` is the number of rows in it.
    """

    fields: tuple[FieldInfo, ...]
    columns: list[list[Any]]
    rows: int
    method: str


HASHES = 1 << 63
"""Hashes in sketches lie in [0, HASHES)."""
SKETCH_SIZE = 1024


@dataclass(slots=True)
class Sketch:
    """Which hashes occur below a bound: the distinct values of a part, small enough to keep and exact to merge (a theta sketch, Dasgupta et al. 2016).

    `hashes` holds every distinct hash below `below`, and no other; with `below` = HASHES it is the whole set.
    """

    hashes: list[int]
    below: int = HASHES

    @classmethod
    def of(cls, hashes: list[int], below: int) -> Sketch:
        """At most SKETCH_SIZE of the sorted hashes below a bound."""
        return cls(hashes[:SKETCH_SIZE], hashes[SKETCH_SIZE]) if len(hashes) > SKETCH_SIZE else cls(hashes, below)

    @property
    def is_exact(self) -> bool:
        return self.below >= HASHES

    @property
    def distinct(self) -> int:
        """Exact for a whole set, else an estimate with a relative error of about 1/sqrt(len(hashes))."""
        return len(self.hashes) if self.is_exact else round(len(self.hashes) * (HASHES / self.below))


def sketch_bound(distinct: float) -> int:
    """Below it, about twice as many hashes as a sketch keeps are expected of so many distinct values."""
    return HASHES if distinct <= 2 * SKETCH_SIZE else int(HASHES * 2 * SKETCH_SIZE / distinct)


@dataclass(slots=True)
class FieldProfile:
    """Measured facts of one column. None means not measured, never zero. Raw values stand in `minimum`, `maximum` and `top` until they are masked by scans.profile."""

    nulls: int | None = None
    distinct: int | None = None
    distinct_is_exact: bool = True
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    stddev: float | None = None
    quantiles: list[Any] | None = None
    """Values at 5, 25, 50, 75 and 95 %; numbers and times only."""
    length_min: int | None = None
    length_max: int | None = None
    length_mean: float | None = None
    empty: int | None = None
    top: list[tuple[Any, int]] | None = None
    """At most ten most frequent values with their counts (within what was read; see DatasetProfile.method)."""
    histogram: list[tuple[Any, Any, int]] | None = None
    """(low, high, count), at most 20 buckets; numbers and times only."""
    shapes: list[tuple[str, int]] | None = None
    """At most ten most frequent shapes (`Aaaa 9999`) of text values with their counts; they hold no value."""
    sketch: Sketch | None = None
    """Lets distinct counts of parts be merged; only parts carry it."""


@dataclass(slots=True)
class DatasetProfile:
    """`rows` of the dataset (or of the part), `fields` in the order of DatasetInfo.fields.

    `read` is how many rows the counts (nulls, empty, top, …) are of: fewer than `rows` under a row budget. `rejected` rows could not be parsed and
    are in neither. `method` says what was read ("all rows", "uniform 5,000,000 of 81,234,000 rows: row budget").
    """

    rows: int | None
    fields: list[FieldProfile]
    size: int | None = None
    method: str = "all rows"
    read: int | None = None
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that the source lets us do, or not, and why."""

    name: str
    is_granted: bool
    detail: str = ""


def counted(number: int, word: str) -> str:
    """ "1 table" or "2 tables"."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


@dataclass(frozen=True, slots=True)
class Check:
    """The answer of a connection test. `version` names the far side; `latency` in seconds."""

    is_reachable: bool
    version: str
    latency: float
    capabilities: tuple[Capability, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query against a source may cost."""

    statement_timeout: float = 60.0
    """Seconds."""
    connect_timeout: float = 10.0
    """Seconds."""
    row_budget: int = 5_000_000
    """Rows that one profile query may read of one dataset; beyond it the profile is of a uniform part and says so."""
    sample_rows: int = 3_000
    max_value: int = 10_000
    """Characters of one value that are looked at."""
    policy: Policy = "source"
    """Which addresses a connection may go to when a name is resolved (see core.http.guard)."""


class Connector(ABC):
    """One open connection to a source. Read-only: nothing it does may change the source.

    Use as a context manager. Errors are GovernanceErrors (Unreachable, CredentialsRefused, DataUnreadable, TimedOut, ForbiddenAddress, InvalidInput) whose text holds no credential and no value.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str] = "database"
    summary: ClassVar[str] = ""
    """What it is for, in a few words, where a kind is chosen."""

    class Config(BaseModel):
        """Parameters of this kind of source; secrets are `SecretStr`. Title and description of each field become labels and help texts."""

        model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    def __init__(self, config: Any, limits: Limits | None = None) -> None:
        self.config = config
        self.limits = limits or Limits()
        self._cancelled = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def check(self) -> Check:
        """Connect and say what can and cannot be seen."""

    @abstractmethod
    def datasets(self, patterns: Sequence[str] = ()) -> Iterator[DatasetInfo]:
        """All datasets that we may see, or those whose `path.name` matches one of the shell-style patterns. Ends normally only when the listing is complete."""

    @abstractmethod
    def sample(self, dataset: DatasetInfo, rows: int, seed: int = 0) -> Sample:
        """A uniform sample of at most `rows` rows; the same seed gives the same rows where the source allows it."""

    @abstractmethod
    def profile(self, dataset: DatasetInfo, part: tuple[int, int] | None = None) -> DatasetProfile:
        """Measure every column in one pass. `part` = (index, count) reads one of `count` disjoint parts."""

    def sample_and_profile(self, dataset: DatasetInfo, rows: int, seed: int = 0) -> tuple[Sample, DatasetProfile | None]:
        """A sample; with the profile of the whole, where one pass gives both."""
        return self.sample(dataset, rows, seed), None

    @abstractmethod
    def batches(self, dataset: DatasetInfo, fields: Sequence[FieldInfo], rows: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
        """All rows, with the texts of these fields only, so many at a time: for what has to look at every value. Long values are cut as in a sample."""

    def parts(self, dataset: DatasetInfo) -> int:
        """Into how many parts a large dataset should be split (1: not at all)."""
        return 1

    def preview(self, dataset: DatasetInfo, rows: int = 50) -> Sample:
        """The first rows, read live for one reader; never stored."""
        return self.sample(dataset, rows)

    def cancel(self) -> None:
        """Stop what runs now and refuse what comes; any thread may call it. The work then ends with Cancelled."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def refuse_cancelled(self) -> None:
        """Call before each statement and in each long loop."""
        if self.is_cancelled:
            raise Cancelled("The work on this source was cancelled.")

    @abstractmethod
    def close(self) -> None:
        """Free the connection; never raises."""


def is_wanted(path: Sequence[str], name: str, patterns: Sequence[str]) -> bool:
    """Whether `path.name` matches one of the shell-style patterns, letter case apart; without patterns everything is wanted."""
    full = ".".join((*path, name)).lower()
    return not patterns or any(fnmatchcase(full, pattern.lower()) for pattern in patterns)


SAMPLE_BYTES = 128 * 1024 * 1024
"""About how much text one sample may hold, whatever the number of its columns."""


def value_limit(limits: Limits, rows: int, columns: int) -> int:
    """Characters of one value that a sample of this many rows and columns keeps, so that it fits into memory."""
    return min(limits.max_value, max(256, SAMPLE_BYTES // max(1, rows * columns)))


def digest(*parts: object) -> str:
    """A short stable digest of anything that JSON can hold."""
    text = json.dumps(parts, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def structure(fields: Iterable[FieldInfo]) -> str:
    """The digest of a dataset's fields: names, types, order, nullability, keys."""
    return digest([(field.name, field.type, field.position, field.nullable, field.is_key) for field in fields])


CONNECTORS: Registry[Connector] = Registry(
    Connector,
    {
        "portal": "governance.sources.connectors.postgresql.OwnDatabase",
        "postgresql": "governance.sources.connectors.postgresql.PostgreSQL",
        "sqlite": "governance.sources.connectors.sqlite.SQLite",
        "duckdb": "governance.sources.connectors.duckdb.DuckDB",
        "files": "governance.sources.connectors.files.Files",
    },
    group="governance.connectors",
)
