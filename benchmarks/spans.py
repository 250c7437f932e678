"""The spans that we find in labelled free text, beside what peers reached on the same texts.

    python benchmarks/spans.py [--wrong 20] [--seed 7]

Prints precision, recall and F1 of strict matches (same type, same limits after trimming), the share of sensitive characters that lie in some span
of ours, and the share of our characters that are sensitive; then strict matches by type and characters a CPU second. After that the strict F1 by
language on texts of our own generator from templates that training never saw, under a seed of one's choice. The labelled texts (presidio-research's
synthetic data set, 1,500 texts) lie beside the repository; without them that part is skipped.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from intelligence.classification import find_spans
from intelligence.classification.texts.engine import engine_name
from intelligence.classification.texts.lexicon import LANGUAGES
from intelligence.classification.texts.train import figures

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "bench" / "pii_text" / "synth_dataset_v2.json"
PEERS = (
    ("regexes with checksums", "0.99", "", "0.17", ""),
    ("a spaCy model, trained on other texts", "", "", "0.46", "0.76"),
    ("a fine-tuned MiniLM", "", "", "0.53", "0.94"),
)
"""As recorded beside the texts: precision, recall, strict F1, share of sensitive characters found; empty where none is on record."""
Mark = tuple[str, int, int]
"""Type, start and end."""


@dataclass
class Tally:
    """Counts over many texts; by type for strict matches."""

    right: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    true: Counter[str] = field(default_factory=Counter)
    covered: int = 0
    sensitive: int = 0
    marked: int = 0

    def add(self, text: str, truth: Iterable[Mark], found: Iterable[Mark]) -> None:
        expected, said = {trimmed(text, one) for one in truth}, {trimmed(text, one) for one in found}
        self.true.update(kind for kind, _, _ in expected)
        self.said.update(kind for kind, _, _ in said)
        self.right.update(kind for kind, _, _ in expected & said)
        theirs, ours = characters(expected), characters(said)
        self.covered += len(theirs & ours)
        self.sensitive += len(theirs)
        self.marked += len(ours)

    def figures(self) -> tuple[float, float, float, float, float]:
        """Precision, recall and F1 of strict matches; sensitive characters found; marked characters that are sensitive."""
        right, said, true = self.right.total(), self.said.total(), self.true.total()
        return (
            right / max(1, said),
            right / max(1, true),
            2 * right / max(1, said + true),
            self.covered / max(1, self.sensitive),
            self.covered / max(1, self.marked),
        )


def trimmed(text: str, mark: Mark) -> Mark:
    """The mark without white space at its ends."""
    kind, start, end = mark
    inner = text[start:end]
    return kind, start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())


def characters(marks: Iterable[Mark]) -> set[int]:
    return {at for _, start, end in marks for at in range(start, end)}


def labelled(path: Path) -> list[tuple[str, list[Mark]]]:
    """Texts with their labels."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return [
        (entry["full_text"], [(span["entity_type"], span["start_position"], span["end_position"]) for span in entry["spans"]]) for entry in entries
    ]


def found(text: str) -> list[Mark]:
    """Our spans; entities inside texts go by the labels' names."""
    return [(span.entity, span.start, span.end) for span in find_spans(text)]


def tally(texts: list[tuple[str, list[Mark]]], finder: Callable[[str], list[Mark]], kinds: frozenset[str] | None = None) -> Tally:
    """Over all types, or over some."""
    counts = Tally()
    for text, truth in texts:
        said = finder(text)
        counts.add(text, [one for one in truth if kinds is None or one[0] in kinds], [one for one in said if kinds is None or one[0] in kinds])
    return counts


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wrong", type=int, default=0, help="print so many spans that were missed or made up")
    parser.add_argument("--seed", type=int, default=7, help="of our own unseen texts")
    options = parser.parse_args()
    say(f"engine: {engine_name()}; Python {sys.version.split()[0]}, google-re2 {version('google-re2')}, spaCy {version('spacy')}")
    if SHARED.is_file():
        labelled_texts(options.wrong)
    else:
        say(f"skipped: the labelled texts are not at {SHARED.relative_to(ROOT.parent)}")
    own_texts(options.seed)


def labelled_texts(wrong: int) -> None:
    """Our figures on the labelled texts, under those of peers."""
    texts = labelled(SHARED)
    found("Warm, so that loading the model counts apart.")
    begun = time.process_time()
    counts = tally(texts, found)
    pace = sum(len(text) for text, _ in texts) / (time.process_time() - begun)
    say(f"{len(texts)} texts, {counts.true.total()} spans")
    say(f"{'':40}{'precision':>10}{'recall':>8}{'F1':>6}{'characters found':>18}{'of ours right':>15}")
    for peer, *known in PEERS:
        say(f"{peer:40}{known[0]:>10}{known[1]:>8}{known[2]:>6}{known[3]:>18}")
    precision, recall, f1, share, purity = counts.figures()
    say(f"{'this portal':40}{precision:10.2f}{recall:8.2f}{f1:6.2f}{share:18.2f}{purity:15.2f}")
    for kind, true in counts.true.most_common():
        say(f"  {kind:20} {true:5} labelled, {counts.said[kind]:4} said, {counts.right[kind]:4} right")
    say(f"characters a CPU second: {pace:,.0f}")
    for text, truth in texts:
        for mark in sorted({trimmed(text, one) for one in truth} ^ {trimmed(text, one) for one in found(text)})[: max(0, wrong)]:
            wrong -= 1
            say(f"{mark[0]} {text[mark[1] : mark[2]]!r} in {text[:100]!r}")


def own_texts(seed: int) -> None:
    """Strict figures by language on templates that training never saw."""
    say(f"our own texts from unseen templates, seed {seed}")
    for name, one in figures(find_spans, seed).items():
        if name in {"all", *LANGUAGES}:
            say(f"  {name:5} precision {one['precision']:.2f}, recall {one['recall']:.2f}, F1 {one['f1']:.2f} over {one['spans']:,.0f} spans")


if __name__ == "__main__":
    main()
