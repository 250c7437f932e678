"""The classifier on labelled columns, beside what peers reached on the same columns, and its speed.

    python benchmarks/classification.py [--rows 2000] [--rounds 3] [--wrong]

Prints macro-F1 over all labels, precision and recall of "sensitive or not", false positives among hard negatives and among benign columns, recall by
what the header does, the calibration error of what is suggested and of all columns, then cells a CPU second on the labelled tables and on the same
tables repeated to `--rows` rows. The labelled columns lie beside the repository; without them it skips.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import time
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from intelligence.classification import Column, Verdict, classify
from intelligence.classification.calibration import error

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "bench" / "columns" / "dev"
PEERS = (
    ("Presidio, all recognizers", "0.21", "0.88", "0.39", "0.09"),
    ("datahub-classify", "0.27", "0.71", "0.47", "0.35"),
    ("DataProfiler", "0.17", "0.68", "0.41", "0.36"),
    ("piicatcher's logic", "0.12", "0.59", "0.57", "0.57"),
)
SEED = 7

Label = dict[str, str]


def tables(folder: Path) -> dict[str, list[Column]]:
    """The labelled tables as columns."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names, *rows = list(csv.reader(file))
        found[path.name] = [Column(name, [row[at] if at < len(row) else None for row in rows], position=at) for at, name in enumerate(names)]
    return found


def labels(folder: Path) -> dict[tuple[str, int], Label]:
    lines = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    return {(entry["table"], entry["index"]): entry for entry in map(json.loads, lines)}


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    """Mean over the labels of F1; `pairs` are (truth, prediction)."""
    right, said, true = Counter(a for a, b in pairs if a == b), Counter(b for _, b in pairs), Counter(a for a, _ in pairs)
    kinds = sorted(set(true) - {"none"})
    return sum(2 * right[kind] / (said[kind] + true[kind]) for kind in kinds) / len(kinds)


def scores(truth: dict[tuple[str, int], Label], verdicts: dict[tuple[str, int], Verdict]) -> tuple[float, float, float, float]:
    """Macro-F1, precision and recall of "sensitive or not", and false positives among hard negatives."""
    pairs = [(entry["label"], verdicts[key].family or "none") for key, entry in truth.items()]
    both = sum(a != "none" != b for a, b in pairs)
    hard = [verdicts[key].family is not None for key, entry in truth.items() if entry["kind"] == "hard_negative"]
    return (
        macro_f1(pairs),
        both / max(1, sum(b != "none" for _, b in pairs)),
        both / max(1, sum(a != "none" for a, _ in pairs)),
        sum(hard) / max(1, len(hard)),
    )


def taken(truth: dict[tuple[str, int], Label], verdicts: dict[tuple[str, int], Verdict], kind: str) -> float:
    """Share of the columns of a kind ("benign", "hard_negative") of which something was suggested."""
    said = [verdicts[key].family is not None for key, entry in truth.items() if entry["kind"] == kind]
    return sum(said) / max(1, len(said))


def recalls(truth: dict[tuple[str, int], Label], verdicts: dict[tuple[str, int], Verdict]) -> dict[str, float]:
    """What the header does → share of sensitive columns whose family was found."""
    found: dict[str, list[bool]] = defaultdict(list)
    for key, entry in truth.items():
        if entry["label"] != "none":
            found[entry["header_mode"]].append(verdicts[key].family == entry["label"])
    return {mode: sum(hits) / len(hits) for mode, hits in sorted(found.items())}


def calibration_errors(truth: dict[tuple[str, int], Label], verdicts: dict[tuple[str, int], Verdict]) -> tuple[float, float]:
    """Of the score as the chance that the family is right: where one is suggested, and over all columns (the chance of nothing counts there)."""
    suggested = [(verdict.score, verdict.family == truth[key]["label"]) for key, verdict in verdicts.items() if verdict.family]
    quiet = [(1 - verdict.score, truth[key]["label"] == "none") for key, verdict in verdicts.items() if not verdict.family]
    both = [*suggested, *quiet]
    return error([a for a, _ in suggested], [b for _, b in suggested]), error([a for a, _ in both], [b for _, b in both])


def speed(columns: dict[str, list[Column]], rounds: int) -> float:
    """Cells a CPU second, the best of the rounds."""
    cells = sum(len(column.values) for table in columns.values() for column in table)
    best = 0.0
    for _ in range(rounds):
        start = time.process_time()
        for table in columns.values():
            classify(table)
        best = max(best, cells / (time.process_time() - start))
    return best


def longer(columns: dict[str, list[Column]], rows: int) -> dict[str, list[Column]]:
    """The same tables with their rows drawn again until they are `rows` long, as values repeat in real tables."""
    draw = random.Random(SEED)
    grown: dict[str, list[Column]] = defaultdict(list)
    for name, table in columns.items():
        order = [draw.randrange(len(table[0].values)) for _ in range(rows)]
        grown[name] = [Column(column.name, [column.values[at] for at in order], position=column.position) for column in table]
    return grown


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--wrong", action="store_true", help="print the columns that were judged wrongly")
    options = parser.parse_args()
    if not SHARED.is_dir():
        say(f"skipped: the labelled columns are not at {SHARED.relative_to(ROOT.parent)}")
        return
    columns, truth = tables(SHARED), labels(SHARED)
    verdicts = {(name, at): verdict for name, table in columns.items() for at, verdict in enumerate(classify(table))}
    say(
        f"{len(truth)} columns, Python {sys.version.split()[0]}, google-re2 {version('google-re2')}, phonenumbers {version('phonenumbers')}, seed {SEED}"
    )
    say(f"{'':28}{'macro-F1':>9}{'precision':>11}{'recall':>8}{'false positives':>17}")
    for peer, *figures in PEERS:
        say(f"{peer:28}{figures[0]:>9}{figures[1]:>11}{figures[2]:>8}{figures[3]:>17}")
    macro, precision, recall, false = scores(truth, verdicts)
    say(f"{'this portal':28}{macro:9.2f}{precision:11.2f}{recall:8.2f}{false:17.2f}")
    modes = ", ".join(f"{mode} {share:.2f}" for mode, share in recalls(truth, verdicts).items())
    suggested, everywhere = calibration_errors(truth, verdicts)
    say(
        f"false positives among benign columns: {taken(truth, verdicts, 'benign'):.3f}; among hard negatives: {taken(truth, verdicts, 'hard_negative'):.3f}"
    )
    say(f"recall by header: {modes}")
    say(f"calibration error: {suggested:.3f} where something is suggested, {everywhere:.3f} over all columns")
    say(
        f"cells a CPU second: {speed(columns, options.rounds):,.0f} on these tables, {speed(longer(columns, options.rows), options.rounds):,.0f} with {options.rows:,} rows each"
    )
    if options.wrong:
        for key, entry in truth.items():
            said = verdicts[key]
            if (said.family or "none") != entry["label"]:
                say(
                    f"{key[0]}[{key[1]}] {entry['header']!r} ({entry['header_mode']}): {entry['label']} taken for {said.family or 'none'} {said.score}: {said.reason}"
                )


if __name__ == "__main__":
    main()
