"""The classifier on labelled tables of locales and formats that nobody tuned on, generated here and now.

    python benchmarks/columns_unseen.py [--locales a|b] [--seed 41] [--tables 320] [--folder LABELLED] [--wrong] [--families]

Prints macro-F1 over the families, precision and recall of "sensitive or not", false positives among hard negatives and benign columns, recall by
header and by locale, and the calibration error of the score. With --folder it judges labelled tables that lie elsewhere in the same format.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.unseen.generate import write
from intelligence.classification import Column, classify

TARGETS = {"macro-F1": 0.90, "hard negatives taken": 0.02, "benign taken": 0.01, "recall, header missing or lying": 0.85, "calibration error": 0.05}
BINS = 10


@dataclass(frozen=True)
class Judged:
    """A labelled column and what was said of it."""

    entry: dict[str, str]
    said: str
    score: float | None
    reason: str = ""

    @property
    def is_right(self) -> bool:
        return self.said == self.entry["label"]


def columns_of(path: Path) -> list[Column]:
    with path.open(encoding="utf-8", newline="") as file:
        names, *rows = list(csv.reader(file))
    return [Column(name, [row[at] if at < len(row) else None for row in rows], position=at) for at, name in enumerate(names)]


def entries(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]


def judge(folder: Path) -> list[Judged]:
    """Every labelled column of the folder through the classifier, table by table."""
    by_table: dict[str, list[dict[str, str]]] = defaultdict(list)
    for entry in entries(folder):
        by_table[entry["table"]].append(entry)
    judged = []
    for name, labelled in sorted(by_table.items()):
        verdicts = classify(columns_of(folder / name))
        for entry in labelled:
            verdict = verdicts[int(entry["index"])]
            judged.append(Judged(entry, verdict.family or "none", float(verdict.score) if verdict.family else None, verdict.reason))
    return judged


def f1_by_family(judged: list[Judged]) -> dict[str, float]:
    right = Counter(one.said for one in judged if one.is_right)
    said, true = Counter(one.said for one in judged), Counter(one.entry["label"] for one in judged)
    return {family: 2 * right[family] / (said[family] + true[family]) for family in sorted(set(true) - {"none"})}


def share(hits: list[bool]) -> float:
    return sum(hits) / max(1, len(hits))


def calibration_error(pairs: list[tuple[float, bool]]) -> float:
    """Expected calibration error over ten bins of equal width: how far the score is from the share that is right."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, is_right in pairs:
        bins[min(BINS - 1, int(score * BINS))].append((score, is_right))
    return sum(abs(sum(score for score, _ in held) - sum(is_right for _, is_right in held)) for held in bins.values()) / max(1, len(pairs))


def figures(judged: list[Judged]) -> dict[str, float]:
    families = f1_by_family(judged)
    positive = [one for one in judged if one.entry["label"] != "none"]
    said = [one for one in judged if one.said != "none"]
    blind = [one.is_right for one in positive if one.entry["header_mode"] in {"missing", "lying"}]
    return {
        "macro-F1": sum(families.values()) / len(families),
        "precision, sensitive or not": share([one.entry["label"] != "none" for one in said]),
        "recall, sensitive or not": share([one.said != "none" for one in positive]),
        "hard negatives taken": share([one.said != "none" for one in judged if one.entry["kind"] == "hard_negative"]),
        "benign taken": share([one.said != "none" for one in judged if one.entry["kind"] == "benign"]),
        "recall, header missing or lying": share(blind),
        "calibration error": calibration_error([(one.score, one.is_right) for one in said if one.score is not None]),
    }


def recall_by(judged: list[Judged], key: str) -> dict[str, float]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for one in judged:
        if one.entry["label"] != "none":
            groups[one.entry[key]].append(one.is_right)
    return {name: share(hits) for name, hits in sorted(groups.items())}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def report(judged: list[Judged], *, families: bool, wrong: bool) -> None:
    for name, value in figures(judged).items():
        say(f"{name:34}{value:7.3f}" + (f"   to reach {TARGETS[name]}" if name in TARGETS else ""))
    for key in ("header_mode", "locale"):
        say(f"recall by {key}: " + ", ".join(f"{name} {value:.2f}" for name, value in recall_by(judged, key).items()))
    if families:
        say("F1 by family: " + ", ".join(f"{name} {value:.2f}" for name, value in sorted(f1_by_family(judged).items(), key=lambda pair: pair[1])))
    for one in judged if wrong else ():
        if not one.is_right:
            entry = one.entry
            kind = entry.get("neg") or entry["label"]
            say(
                f"{entry['table']}[{entry['index']}] {entry['locale']} {entry['header']!r} ({entry['header_mode']}): {kind} taken for {one.said} {one.score}: {one.reason}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locales", choices=("a", "b"), default="a")
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--tables", type=int, default=320)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--wrong", action="store_true", help="print the columns that were judged wrongly")
    parser.add_argument("--families", action="store_true", help="print F1 by family")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        if options.folder is None:
            write(folder, options.locales, options.seed, options.tables)
        judged = judge(folder)
    origin = f"labelled tables of {folder.name}" if options.folder else f"locales {options.locales}, seed {options.seed}, {options.tables} tables"
    say(f"{len(judged)} columns ({origin}), Python {sys.version.split()[0]}")
    report(judged, families=options.families, wrong=options.wrong)


if __name__ == "__main__":
    main()
