"""The spans that we find in labelled free text, beside what peers reached on the same texts.

    python benchmarks/spans.py [--wrong 20]

Prints precision, recall and F1 of strict matches (same type, same limits after trimming), the share of sensitive characters that lie in some span
of ours, and the share of our characters that are sensitive: over all labelled types, and over those that we look for. Then the strict matches by
type and characters a CPU second. The labelled texts (presidio-research's synthetic data set, 1,500 texts) lie beside the repository; without them it skips.
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

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "bench" / "pii_text" / "synth_dataset_v2.json"
PEERS = (
    ("regexes with checksums", "0.99", "", "0.17", ""),
    ("a spaCy model, trained on other texts", "", "", "0.46", "0.76"),
    ("a fine-tuned MiniLM", "", "", "0.53", "0.94"),
)
"""As recorded beside the texts: precision, recall, strict F1, share of sensitive characters found; empty where none is on record."""
NAMES = {"POSTAL_CODE": "ZIP_CODE", "DATE_OF_BIRTH": "DATE_TIME", "IPV4_ADDRESS": "IP_ADDRESS", "IPV6_ADDRESS": "IP_ADDRESS"}
"""Our names of entities that the labels call otherwise."""
OURS = frozenset(
    ["CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PERSON", "PHONE_NUMBER", "STREET_ADDRESS", "US_SSN", "ZIP_CODE"]
)  # fmt: skip
"""Labelled types that we look for in free text."""

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
    """Our spans under the labels' names."""
    return [(NAMES.get(span.entity, span.entity), span.start, span.end) for span in find_spans(text)]


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
    options = parser.parse_args()
    if not SHARED.is_file():
        say(f"skipped: the labelled texts are not at {SHARED.relative_to(ROOT.parent)}")
        return
    texts = labelled(SHARED)
    whole, ours = tally(texts, found), tally(texts, found, OURS)
    begun = time.process_time()
    for text, _ in texts:
        found(text)
    pace = sum(len(text) for text, _ in texts) / (time.process_time() - begun)
    say(f"{len(texts)} texts, {whole.true.total()} spans, Python {sys.version.split()[0]}, google-re2 {version('google-re2')}")
    say(f"{'':40}{'precision':>10}{'recall':>8}{'F1':>6}{'characters found':>18}{'of ours right':>15}")
    for peer, *figures in PEERS:
        say(f"{peer:40}{figures[0]:>10}{figures[1]:>8}{figures[2]:>6}{figures[3]:>18}")
    for name, counts in (("this portal, all labelled types", whole), (f"this portal, the {len(OURS)} types it looks for", ours)):
        precision, recall, f1, share, purity = counts.figures()
        say(f"{name:40}{precision:10.2f}{recall:8.2f}{f1:6.2f}{share:18.2f}{purity:15.2f}")
    for kind, true in whole.true.most_common():
        say(f"  {kind:20} {true:5} labelled, {whole.said[kind]:4} said, {whole.right[kind]:4} right")
    say(f"characters a CPU second: {pace:,.0f}")
    left = options.wrong
    for text, truth in texts:
        for mark in sorted({trimmed(text, one) for one in truth} ^ {trimmed(text, one) for one in found(text)})[: max(0, left)]:
            left -= 1
            say(f"{mark[0]} {text[mark[1] : mark[2]]!r} in {text[:100]!r}")


if __name__ == "__main__":
    main()
