"""How DuckDB reads the files of one dataset: the table function with every option spelled out, and the columns it gives."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from governance.core.errors import DataUnreadable
from governance.sources.connectors.base import FieldInfo
from governance.sources.connectors.duckdb.measures import Column, column, kind_of
from governance.sources.connectors.files.grouping import File, Group
from governance.sources.connectors.quoting import identifier, literal

Run = Callable[[str], list[tuple[Any, ...]]]
HEAD: Final = 1024 * 1024
LONGEST_LINE: Final = 32 * 1024 * 1024
SHORTEST_LIMIT: Final = 2 * 1024 * 1024
SHORTEST_OBJECT: Final = 16 * 1024 * 1024
LONGEST_OBJECT: Final = 64 * 1024 * 1024
SNIFFED: Final = 50
"""Files of a group whose header is looked at."""
MOST_REJECTS: Final = 100_000
PROBED: Final = 16 * 1024
STRIDE: Final = SHORTEST_LIMIT // 2
MOST_DIALECTS: Final = 200
_dialects: dict[tuple[Any, ...], tuple[Any, ...]] = {}
CSV_TYPES: Final = frozenset({"BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID"})
"""Types that a text is tried as; any other stays text."""


@dataclass(frozen=True, slots=True)
class Table:
    """A relation for FROM, and its columns. `rejects` names the tables in which rows that could not be parsed are noted."""

    relation: str
    columns: tuple[Column, ...]
    rejects: tuple[str, str] | None = None
    rows: int | None = None
    notes: tuple[str, ...] = field(default=())


def table(run: Run, group: Group, number: int = 0, *, notes_rejects: bool = True) -> Table:
    """Looks into the files and says how they are read. `number` keeps the names of one engine's reject tables apart, which cost as much as the counting."""
    for file in group.files:
        refuse_unreadable(file)
    # An empty Parquet file is a broken one; an empty text has no rows.
    filled = tuple(file for file in group.files if file.size or file.format == "parquet")
    if not filled:
        return Table("(SELECT 1 AS nothing WHERE false)", (), rows=0)
    group = Group(group.key, filled, group.is_hive)
    form = filled[0].format
    if form == "parquet":
        return _parquet(run, group)
    return _json(run, group) if form in ("json", "jsonl") else _csv(run, group, number, notes_rejects)


def refuse_unreadable(file: File) -> None:
    try:
        str(file.real).encode()
    except UnicodeEncodeError:
        raise DataUnreadable("The file's name is not valid UTF-8. Rename it.") from None
    try:
        with file.real.open("rb") as opened:
            opened.read(1)
    except PermissionError:
        raise DataUnreadable(f"{_name(file)} may not be read. Give the portal's user permission to read it.") from None
    except OSError:
        raise DataUnreadable(f"{_name(file)} is not there any more, or its disk fails. Scan again.") from None


def _parquet(run: Run, group: Group) -> Table:
    for file in group.files[:: max(1, len(group.files) // 100)]:
        _refuse_no_parquet(file)
    relation = f"read_parquet({_paths(group.files)}, union_by_name = true, hive_partitioning = {group.is_hive})"
    rows = run(f"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({_paths(group.files)})")[0][0]
    return Table(relation, tuple(map(column, described(run, relation))), rows=rows)


def _refuse_no_parquet(file: File) -> None:
    """A Parquet file begins and ends with PAR1."""
    with file.real.open("rb") as opened:
        head = opened.read(4)
        opened.seek(max(0, file.size - 4))
        tail = opened.read(4)
    if head == b"PARE" or tail == b"PARE":
        raise DataUnreadable(f"{_name(file)} is encrypted. Give a copy that is not.")
    if head != b"PAR1" or file.size < 12:
        raise DataUnreadable(f"{_name(file)} is not a Parquet file, or empty. Check what wrote it.")
    if tail != b"PAR1":
        raise DataUnreadable(f"{_name(file)} is cut off: its last part, which says where everything stands, is missing. Write it again.")


def _json(run: Run, group: Group) -> Table:
    longest = min(LONGEST_OBJECT, max(SHORTEST_OBJECT, *(LONGEST_OBJECT if file.is_packed else file.size + 1 for file in group.files)))
    is_lines = group.files[0].format == "jsonl"
    options = f"maximum_object_size = {longest}, union_by_name = true, hive_partitioning = {group.is_hive}"
    options += ", format = 'newline_delimited', ignore_errors = true" if is_lines else ", format = 'auto'"
    relation = f"read_json({_paths(group.files)}, {options})"
    fields = described(run, relation)
    if fields and not group.is_hive:
        # Said once, so that no statement looks for the columns again.
        spelled = ", ".join(f"{literal(one.name)}: {literal(one.type)}" for one in fields)
        relation = f"read_json({_paths(group.files)}, {options}, columns = {{{spelled}}})"
    columns = tuple(_json_column(one) for one in fields)
    if is_lines and columns:
        # A line that is no JSON comes as a row of nulls.
        kept = f"(SELECT * FROM {relation} WHERE NOT ({' AND '.join(f'{identifier(one.name)} IS NULL' for one in fields)}))"
        return Table(
            kept,
            columns,
            rejects=("lines", f"read_ndjson_objects({_paths(group.files)}, maximum_object_size = {longest}, ignore_errors = true)"),
        )
    return Table(relation, columns)


def _json_column(one: FieldInfo) -> Column:
    """A value of mixed types comes as JSON; its text is without the quotes."""
    name = identifier(one.name)
    return Column(one, name, f"({name} ->> '$')") if one.type == "JSON" else column(one)


def _csv(run: Run, group: Group, number: int, notes_rejects: bool) -> Table:
    first = group.files[0]
    encoding = encoding_of(first)
    options = f"encoding = {literal(encoding)}, {_line_options(group)}, ignore_errors = true"
    sniff = f"sniff_csv({literal(str(first.real))}, {options}"
    sniff += ", delim = '\t')" if first.format == "tsv" and _has_tabs(first, encoding) else ")"
    delimiter, quote, escape, skip, has_header, columns, dates, times = _dialect(run, sniff, first)
    dialect = {"delim": delimiter, "quote": _blank(quote), "escape": _blank(escape)}
    options += "".join(f", {name} = {literal(value)}" for name, value in dialect.items())
    options += f", skip = {skip}, header = {str(has_header).lower()}"
    types = {entry["name"]: entry["type"] for entry in columns}
    names = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in types)
    if not _has_same_columns(run, group, options, list(types)):
        # Columns are put together by name; then DuckDB does not note rejected rows.
        relation = f"read_csv({_paths(group.files)}, union_by_name = true, all_varchar = true, hive_partitioning = {group.is_hive}, {options})"
        return Table(relation, tuple(_csv_column(one, types.get(one.name, ""), dates, times) for one in described(run, relation)))
    options += f", hive_partitioning = {group.is_hive}"
    rejects = (f"rejects_{number}", f"rejected_scans_{number}") if notes_rejects else None
    if rejects:
        options += f", store_rejects = true, rejects_table = '{rejects[0]}', rejects_scan = '{rejects[1]}', rejects_limit = {MOST_REJECTS}"
    relation = f"read_csv({_paths(group.files)}, auto_detect = false, columns = {{{names}}}, {options})"
    fields = described(run, relation) if group.is_hive else [FieldInfo(name, "VARCHAR", "text", at) for at, name in enumerate(types, start=1)]
    return Table(relation, tuple(_csv_column(one, types.get(one.name, ""), dates, times) for one in fields), rejects=rejects)


def _line_options(group: Group) -> str:
    """How long a line may be. DuckDB's parallel reader loses rows without a word when its buffer is not much larger than the longest line."""
    if not any(file.is_packed or _has_long_lines(file) for file in group.files):
        return f"max_line_size = {SHORTEST_LIMIT}, buffer_size = {16 * SHORTEST_LIMIT}"
    longest = min(LONGEST_LINE, max(SHORTEST_LIMIT, *(LONGEST_LINE if file.is_packed else file.size for file in group.files)))
    return f"max_line_size = {longest}, buffer_size = {2 * longest + 1}, parallel = false"


def _has_long_lines(file: File) -> bool:
    """Whether some stretch of a file has no end of line in it for so long that a line may exceed the usual limit; reads little where lines are short."""
    with file.real.open("rb") as opened:
        while block := opened.read(PROBED):
            if b"\n" not in block and b"\r" not in block:
                if len(block) == PROBED and not _ends_soon(opened):
                    return True
                continue
            opened.seek(STRIDE - PROBED, 1)
    return False


def _ends_soon(opened: BinaryIO) -> bool:
    """Reads on to the next end of line; whether it comes before a quarter of the usual limit."""
    for _ in range(SHORTEST_LIMIT // 4 // PROBED):
        block = opened.read(PROBED)
        if len(block) < PROBED or b"\n" in block or b"\r" in block:
            return True
    return False


def _dialect(run: Run, sniff: str, file: File) -> tuple[Any, ...]:
    """How a file is written; looked at once, since listing, sample and profile all ask."""
    key = (str(file.real), file.size, file.modified, file.inode, sniff)
    if key not in _dialects:
        if len(_dialects) >= MOST_DIALECTS:
            _dialects.clear()
        _dialects[key] = run(f"SELECT Delimiter, Quote, Escape, SkipRows, HasHeader, Columns, DateFormat, TimestampFormat FROM {sniff}")[0]
    return _dialects[key]


def _has_same_columns(run: Run, group: Group, options: str, names: list[str]) -> bool:
    """Whether all files (of many, some) have these columns in this order."""
    for file in group.files[1 :: max(1, len(group.files) // SNIFFED)]:
        found = run(f"SELECT list_transform(Columns, lambda one: one.name) FROM sniff_csv({literal(str(file.real))}, {options})")[0][0]
        if found != names:
            return False
    return True


def _csv_column(one: FieldInfo, sniffed: str, dates: str | None, times: str | None) -> Column:
    """Read as text, so that no row is lost for one odd value; its type is only tried."""
    if one.type != "VARCHAR" or sniffed not in CSV_TYPES:
        return column(one)
    name = identifier(one.name)
    typed = FieldInfo(one.name, sniffed, kind_of(sniffed), one.position)
    value = f"TRY_CAST({name} AS {sniffed})"
    if sniffed == "DATE" and dates and dates != "%Y-%m-%d":
        value = f"TRY_STRPTIME({name}, {literal(dates)})::DATE"
    elif sniffed == "TIMESTAMP" and times:
        value = f"coalesce({value}, TRY_STRPTIME({name}, {literal(times)}))"
    return Column(typed, value, name)


def described(run: Run, relation: str) -> list[FieldInfo]:
    rows = run(f"DESCRIBE SELECT * FROM {relation}")
    return [FieldInfo(name, type_name, kind_of(type_name), at) for at, (name, type_name, *_) in enumerate(rows, start=1)]


def rejected(run: Run, found: Table) -> int:
    """Rows that could not be parsed, each counted once however often it was read; at most MOST_REJECTS for each file."""
    if found.rejects is None:
        return 0
    name, other = found.rejects
    if name == "lines":
        return int(run(f"SELECT count(*) FROM {other} WHERE json IS NULL")[0][0])
    query = f"SELECT count(*) FROM (SELECT DISTINCT s.file_path, r.line FROM {name} r JOIN {other} s USING (scan_id, file_id))"
    return int(run(query)[0][0])


def encoding_of(file: File) -> str:
    """utf-8 unless the beginning of the file says otherwise. A few broken bytes among good UTF-8 leave it UTF-8."""
    head = head_of(file)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    text = head[: len(head) - 3].decode("utf-8", "replace") if len(head) == HEAD else head.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return "latin-1" if broken and broken >= sum(not char.isascii() for char in text) - broken else "utf-8"


def head_of(file: File) -> bytes:
    try:
        with gzip.open(file.real) if file.is_packed else file.real.open("rb") as opened:
            return opened.read(HEAD)
    except (OSError, EOFError) as error:
        raise DataUnreadable(f"{_name(file)} cannot be unpacked or read. Write it again.") from error


def _has_tabs(file: File, encoding: str) -> bool:
    return b"\t" in head_of(file).partition(b"\n")[0] if encoding != "utf-16" else True


def _blank(sign: str) -> str:
    return "" if sign == "(empty)" else sign


def _name(file: File) -> str:
    return file.name.name.encode("utf-8", "replace").decode()


def _paths(files: Sequence[File]) -> str:
    return "[" + ", ".join(literal(str(file.real)) for file in files) + "]"
