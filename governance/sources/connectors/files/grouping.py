"""Which files make one dataset: a file by itself, a hive folder, or part files that are numbered."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from governance.core.http.paths import check_path, expand, has_magic
from governance.sources.connectors.path_config import roots

Format = Literal["csv", "tsv", "parquet", "json", "jsonl"]
SUFFIXES: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
PACKED: Final = (".gz",)
HIVE: Final = re.compile(r"[^=]+=.*")
NUMBERS: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d+", re.IGNORECASE)
WHOLE: Final = "."
"""The key of a dataset that is the source's whole folder."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be read: its real path, and its name below the source's folder."""

    real: Path
    name: PurePosixPath
    size: int
    modified: int
    inode: int
    format: Format

    @property
    def is_packed(self) -> bool:
        return self.real.suffix.lower() in PACKED

    @property
    def hive_root(self) -> PurePosixPath | None:
        """The folder above the first `key=value`."""
        parts = self.name.parts[:-1]
        at = next((at for at, part in enumerate(parts) if HIVE.fullmatch(part)), None)
        return None if at is None else PurePosixPath(*parts[:at])


@dataclass(frozen=True, slots=True)
class Group:
    """One dataset."""

    key: str
    files: tuple[File, ...]
    is_hive: bool = False

    @property
    def is_folder(self) -> bool:
        return self.is_hive or len(self.files) > 1


class Root:
    """What a source's path means."""

    def __init__(self, path: str) -> None:
        self.start = check_path(path, roots=roots())
        self.others = 0
        """Files of other kinds that `files` met."""
        self.is_single = self.start.is_file()
        self.is_glob = not self.start.exists() and has_magic(str(self.start))
        self.base = self.start.parent if self.is_single else _fixed(self.start) if self.is_glob else self.start

    @property
    def exists(self) -> bool:
        return self.base.is_dir()

    def files(self) -> list[File]:
        """Every data file, in order of its name; hidden ones and those beginning with _ (markers of other tools) are left out."""
        self.others = 0
        return list(self._read(self.start))

    def group(self, key: str) -> Group | None:
        """The files of one dataset, found again by its key."""
        found = self._around(key)
        known = next((group for group in grouped(found) if group.key == key), None)
        # Numbered files whose columns differ were listed apart.
        return known or next((Group(key, (file,)) for file in found if str(file.name) == key), None)

    def _around(self, key: str) -> list[File]:
        if self.is_single or self.is_glob:
            return self.files()
        place = self.base / key
        folder = place if place.is_dir() else place.parent
        return list(self._read(folder)) if folder.is_dir() else []

    def _read(self, start: Path) -> Iterator[File]:
        for real in expand(start, roots=roots()):
            found = self._file(real)
            if found is None:
                self.others += 1
            else:
                yield found

    def _file(self, real: Path) -> File | None:
        name = PurePosixPath(real.relative_to(self.base)) if real.is_relative_to(self.base) else PurePosixPath(str(real).lstrip("/"))
        form = format_of(real) or (sniffed_format(real) if self.is_single else None)
        if form is None or (not self.is_single and any(part.startswith((".", "_")) for part in name.parts)):
            return None
        try:
            facts = real.stat()
        except OSError:
            return None  # gone since it was listed
        return File(real, name, facts.st_size, facts.st_mtime_ns, facts.st_ino, form)


def format_of(path: Path) -> Format | None:
    name = path.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return SUFFIXES.get(PurePosixPath(name).suffix)


def sniffed_format(path: Path) -> Format:
    """By the first bytes, for a file without a telling name."""
    try:
        with path.open("rb") as file:
            head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError:
        return "csv"  # the reader says what is wrong with it
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"{", b"[")):
        return "jsonl" if head.startswith(b"{") and b"}\n{" in head else "json"
    return "csv"


def grouped(files: Iterable[File]) -> Iterator[Group]:
    """Datasets in order of their keys. Files whose names differ in numbers only are one dataset; whether their columns agree is for the reader to check."""
    hives: dict[tuple[PurePosixPath, Format], list[File]] = defaultdict(list)
    masks: dict[tuple[PurePosixPath, str], list[File]] = defaultdict(list)
    for file in files:
        root = file.hive_root
        if root is not None:
            hives[root, file.format].append(file)
        else:
            masks[file.name.parent, mask(file.name.name)].append(file)
    found = [Group(_hive_key(root, form, hives), tuple(members), is_hive=True) for (root, form), members in hives.items()]
    taken = {root for root, _ in hives}
    for (folder, masked), members in masks.items():
        is_alone = folder not in taken and sum(parent == folder for parent, _ in masks) == 1
        found += _numbered(folder, masked, members, is_alone=is_alone)
    yield from sorted(found, key=lambda group: group.key)


def mask(name: str) -> str:
    """`part-00017.parquet` → `part-*.parquet`."""
    return NUMBERS.sub("*", name)


def split(group: Group) -> list[Group]:
    """Each file of a group by itself."""
    return [Group(str(file.name), (file,)) for file in group.files]


def _numbered(folder: PurePosixPath, masked: str, members: Sequence[File], *, is_alone: bool) -> list[Group]:
    if len(members) == 1:
        return [Group(str(members[0].name), tuple(members))]
    return [Group(str(folder) if is_alone else str(folder / masked), tuple(members))]


def _hive_key(root: PurePosixPath, form: Format, hives: dict[tuple[PurePosixPath, Format], list[File]]) -> str:
    is_alone = sum(other == root for other, _ in hives) == 1
    return str(root) if is_alone else str(root / f"*.{form}")


def _fixed(pattern: Path) -> Path:
    """The part of a glob before its first wildcard."""
    fixed = Path(pattern.anchor)
    for part in pattern.parts[1:]:
        if has_magic(part) and not os.path.lexists(fixed / part):
            break
        fixed /= part
    return fixed
