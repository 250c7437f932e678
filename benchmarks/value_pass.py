"""The recognizers' pass over distinct values, beside RE2's bare set and Python's re over the same 50 patterns, and over all patterns that there are.

    python benchmarks/value_pass.py [--values 200000] [--rounds 3]

Values are of 25 kinds (benchmarks/throughput.py writes the same), seeded. The pass is `patterns.Catalogue.matches`, which gives each recognizer its hits;
"with checks" adds checksums and weights as a scan computes them, a column of 3,000 distinct values at a time.
"""

from __future__ import annotations

import argparse
import platform
import re
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import re2

from benchmarks.throughput import SEED, say, values
from intelligence.classification import Column
from intelligence.classification.patterns import Catalogue, automaton_of, catalogue
from intelligence.classification.preparation import Facts, prepare

LIMIT, PATTERNS, COLUMN = 20.0, 50, 3_000


def columns(count: int) -> list[list[str]]:
    """Distinct values by kind."""
    draw = Random(SEED)
    rows = [values(number, draw) for number in range(count // 25)]
    return [list(dict.fromkeys(filter(None, column))) for column in zip(*rows, strict=True)]


def measured(act: Callable[[], object], size: float, rounds: int) -> float:
    """Megabytes a CPU second, median of the rounds after one that warms up."""
    act()
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return size / median(taken)


def chosen(known: Catalogue) -> Catalogue:
    """Fifty of the patterns, evenly spread over the set."""
    step = len(known.matched) / PATTERNS
    names = [known.matched[int(at * step)] for at in range(PATTERNS)]
    return Catalogue(known.all, names, [], automaton_of(known.all[name].pattern for name in names))


def bare(patterns: Sequence[str], texts: Sequence[str]) -> Callable[[], None]:
    options = re2.Options()
    options.never_capture = True
    options.max_mem = 256 << 20
    automaton = re2.Set.FullMatchSet(options)
    for pattern in patterns:
        automaton.Add(pattern)
    automaton.Compile()

    def act() -> None:
        for text in texts:
            automaton.Match(text.encode())

    return act


def python(patterns: Sequence[str], texts: Sequence[str]) -> Callable[[], None]:
    compiled = [re.compile(pattern.replace(r"\p{L}", r"[^\W\d_]")) for pattern in patterns]

    def act() -> None:
        for text in texts:
            for one in compiled:
                one.fullmatch(text)

    return act


def checks(known: Catalogue, every: Sequence[Sequence[str]]) -> Callable[[], None]:
    prepared = [prepare(Column("", column[start : start + COLUMN])) for column in every for start in range(0, len(column), COLUMN)]

    def act() -> None:
        for one in prepared:
            facts = Facts(one)
            for name, hits in known.matches(one.texts).items():
                known.all[name].score(name, facts, hits, len(one.texts))

    return act


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--values", type=int, default=200_000)
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    every = columns(options.values)
    texts = [text for column in every for text in column]
    size = sum(len(text.encode()) for text in texts) / 1e6
    known = catalogue()
    fifty = chosen(known)
    patterns = [known.all[name].pattern for name in fifty.matched]
    say(f"Python {platform.python_version()}, google-re2 {version('google-re2')}, seed {SEED}; {len(texts):,} distinct values, {size:.1f} MB")
    few = texts[:: max(1, len(texts) // 8_000)]
    rows = [
        (f"RE2's bare set, {PATTERNS} patterns", measured(bare(patterns, texts), size, options.rounds)),
        (f"Python's re, {PATTERNS} patterns", measured(python(patterns, few), sum(len(text.encode()) for text in few) / 1e6, 1)),
        (f"value pass, {PATTERNS} patterns", measured(lambda: fifty.matches(texts), size, options.rounds)),
        (f"value pass with checks, {PATTERNS} patterns", measured(checks(fifty, every), size, options.rounds)),
        (f"value pass, all {len(known.matched)} patterns", measured(lambda: known.matches(texts), size, options.rounds)),
    ]
    for name, rate in rows:
        say(f"{name:44}{rate:8.1f} MB a CPU second")
    say(f"{f'limit of the value pass, {PATTERNS} patterns':44}{LIMIT:8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
