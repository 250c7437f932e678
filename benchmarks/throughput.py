"""Profile and classify one large CSV file, cold, beside DuckDB's bare profile of the same file, and extrapolated to a day.

    python benchmarks/throughput.py [--file FILE.csv] [--rows 500000] [--minutes 10] [--rounds 3]

Without a file it writes one of 50 columns (seeded) in which at least 60 % of the bytes stand in columns that are over 90 % distinct. Then, each in a
fresh process whose whole CPU time counts, its start and imports included:

- the pipeline of a scan's unit: list, uniform sample, profile of all rows, classification of all columns (what `manage.py scan` does to a file,
  without the catalog's rows);
- DuckDB's bare profile: count, approximate distinct count, minimum and maximum of each column, types detected, in one statement.

With `--minutes` two processes then repeat the pipeline side by side for so long, as two workers do, and the bytes they read are extrapolated to a day.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SEED = 11
LIMIT, MEMORY, DAY = 100.0, 512, 10.0  # MB a CPU second, MB, TB a day
SAMPLE = 3_000


def _words(text: str) -> list[str]:
    return text.split()


GIVEN = _words("Aino Bao Chidi Dalia Emre Farah Goran Hanna Imani Joris Kenji Lucía Mehdi Nora Oskar Priya Quyen Rafał Sanna Tariq")
FAMILY = _words("Adeyemi Bakker Castro Dvořák Eriksen Fontana Grünwald Horváth Ivarsson Jansons Kowalska Lindqvist Moreau Nakamura Öztürk")
TOWNS = _words("Aarhus Brno Cádiz Dijon Essen Faro Ghent Haifa Izmir Jaén Košice Lublin Malmö Nantes Olomouc Porto")
WORDS = _words("parcel arrived late because the carrier missed its window and the label was printed twice so we sent another box today")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def values(number: int, draw: Random) -> list[str]:
    """One half of a row: 25 values of as many kinds."""
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    bits = draw.getrandbits
    return [
        str(number * 7 + 13),
        f"{given}.{family}{number}@post{number % 97}.example".lower(),
        f"{bits(128):032x}",
        f"+49 {draw.randint(150, 179)} {draw.randint(1_000_000, 9_999_999)}",
        draw.choice(TOWNS),
        f"{draw.uniform(0, 10_000):.2f}",
        f"20{draw.randint(10, 25)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}T{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:{draw.randint(0, 59):02}Z",
        " ".join(draw.choices(WORDS, k=12)),
        draw.choice(("open", "paid", "lost")),
        f"ORD-{bits(40):013}",
        f"{given} {family}",
        str(bits(1)),
        f"{draw.randint(1, 223)}.{bits(8)}.{bits(8)}.{bits(8)}",
        f"DE{draw.randint(10, 99)}{draw.randint(10**17, 10**18 - 1)}",
        draw.choice(("DE", "FR", "ES", "IT", "NO", "PT", "AT", "CZ")),
        f"{draw.gauss(0, 1):.6f}",
        str(draw.randint(1, 100)),
        f"{draw.randint(4000, 4999)} {bits(13) % 10_000:04} {bits(13) % 10_000:04} {bits(13) % 10_000:04}",
        f"https://shop.example/p/{bits(48):012x}?ref={draw.randint(1, 9999)}",
        "" if draw.random() < 0.3 else str(draw.randint(10**6, 10**7)),
        f"{draw.randint(1930, 2008)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
        f"{family}straße {draw.randint(1, 300)}",
        f"{draw.randint(10_000, 99_999)}",
        f"SKU-{draw.randint(100, 999)}-{draw.choice('ABCDEF')}",
        f"{bits(32):08x}-{bits(16):04x}-4{bits(12):03x}-a{bits(12):03x}-{bits(48):012x}",
    ]


def write(path: Path, rows: int) -> None:
    draw = Random(SEED)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow([f"c{at:02}" for at in range(50)])
        out.writerows(values(2 * number, draw) + values(2 * number + 1, draw) for number in range(rows))


def pipeline(path: Path) -> dict[str, Any]:
    """What a unit of a scan does to one file, in this process."""
    from governance.sources.connectors.base import CONNECTORS, Limits
    from governance.sources.connectors.measure import add_sample
    from intelligence.classification import Column, classify

    kind = CONNECTORS.get("files")
    connector = kind(kind.Config.model_validate({"path": str(path)}), Limits())
    info = next(iter(connector.datasets()))
    sample, both = connector.sample_and_profile(info, SAMPLE)
    measured = both or connector.profile(info)
    add_sample(measured.fields, sample)
    columns = [Column(field.name, values, field.kind, info.name, field.position) for field, values in zip(sample.fields, sample.columns, strict=True)]
    found = [verdict.entity for verdict in classify(columns) if verdict.entity]
    return {"rows": measured.rows, "columns": len(columns), "sensitive": len(found), "method": measured.method, "sample": sample.method}


def bare(path: Path) -> dict[str, Any]:
    """DuckDB's own profile, and nothing else."""
    import duckdb

    engine = duckdb.connect(config={"threads": 1})
    source = f"read_csv('{path}')"
    names = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    asked = ", ".join(f'count("{name}"), approx_count_distinct("{name}"), min("{name}"), max("{name}")' for name in names)
    found = engine.execute(f"SELECT count(*), {asked} FROM {source}").fetchone()
    assert found is not None
    return {"rows": found[0], "columns": len(names)}


def shares(path: Path) -> float:
    """The share of the bytes that stand in columns over 90 % distinct."""
    import duckdb

    engine = duckdb.connect(config={"threads": 1, "memory_limit": "2GB"})
    source = f"read_csv('{path}', all_varchar = true)"
    names = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    asked = ", ".join(f'approx_count_distinct("{name}"), count("{name}"), sum(strlen("{name}"))' for name in names)
    row = engine.execute(f"SELECT {asked} FROM {source}").fetchone()
    assert row is not None
    columns = list(zip(row[::3], row[1::3], row[2::3], strict=True))
    distinct = sum(size or 0 for different, count, size in columns if different > 0.9 * count)
    return float(distinct / max(1, sum(size or 0 for _, _, size in columns)))


def measured(what: str, path: Path) -> dict[str, Any]:
    """One of the two in a fresh process: its answer, CPU seconds of it and its children, and peak memory in MB."""
    done = subprocess.run([sys.executable, __file__, "--only", what, "--file", str(path)], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def only(what: str, path: Path) -> None:
    answer = {"pipeline": pipeline, "bare": bare}[what](path)
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    sys.stdout.write(json.dumps(answer | {"cpu": cpu, "memory": max(own.ru_maxrss, children.ru_maxrss) / 1024}) + "\n")


def passes(path: Path, until: float) -> Iterator[None]:
    while time.monotonic() < until:
        pipeline(path)
        yield


def sustained(path: Path, minutes: float) -> tuple[float, int, float]:
    """TB a day of two processes that repeat the pipeline, whole passes only; how many those were, and MB a CPU second."""
    started = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    workers = []
    for _ in range(2):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            done = [time.monotonic() - started for _ in passes(path, started + 60 * minutes)]
            os.write(writer, json.dumps([len(done), done[-1] if done else 0.0]).encode())
            os._exit(0)
        os.close(writer)
        workers.append((pid, reader))
    rate, count = 0.0, 0
    for pid, reader in workers:
        with os.fdopen(reader) as told:
            number, seconds = json.loads(told.read())
        os.waitpid(pid, 0)
        count += number
        rate += number * path.stat().st_size / max(seconds, 1e-9)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return rate * 86_400 / 1e12, count, count * path.stat().st_size / 1e6 / cpu


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--file", type=Path)
    asked.add_argument("--rows", type=int, default=500_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--minutes", type=float, default=0)
    asked.add_argument("--only", choices=("pipeline", "bare"), help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.only:
        only(options.only, options.file)
        return 0
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        path = options.file or Path(folder) / "table.csv"
        if options.file is None:
            write(path, options.rows)
        size = path.stat().st_size / 1e6
        say(f"Python {platform.python_version()}, DuckDB {version('duckdb')}, spaCy {version('spacy')}, seed {SEED}, {os.cpu_count()} cores")
        rounds = [(measured("bare", path), measured("pipeline", path)) for _ in range(options.rounds)]
        answer = rounds[0][1]
        say(f"{answer['rows']:,} rows × {answer['columns']} columns, {size:,.0f} MB; {shares(path):.0%} of the bytes in columns over 90 % distinct")
        say(f"profile of {answer['method']}, sample: {answer['sample']}; {answer['sensitive']} columns hold something")
        say(f"{'':28}{'CPU s':>8}{'MB a CPU s':>12}{'peak MB':>9}   median of {options.rounds}, single rounds")
        for at, name in enumerate(("DuckDB's bare profile", "profile and classify, cold")):
            cpu = median(one[at]["cpu"] for one in rounds)
            single = ", ".join(f"{size / one[at]['cpu']:.0f}" for one in rounds)
            say(f"{name:28}{cpu:8.2f}{size / cpu:12.0f}{max(one[at]['memory'] for one in rounds):9.0f}   {single}")
        say(f"{'limit':28}{'':8}{LIMIT:12.0f}{MEMORY:9.0f}")
        if options.minutes:
            tera, count, rate = sustained(path, options.minutes)
            say(f"two processes for {options.minutes:g} minutes: {count} passes, {rate:.0f} MB a CPU second, {tera:.1f} TB a day (limit {DAY:g})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
