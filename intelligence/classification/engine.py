"""Classifies the columns of a table: validators, the pattern set, dictionaries, the header's meaning, the neighbours, and then the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from intelligence.classification import custom, neighbours, nested
from intelligence.classification.decision import EXAMPLES, Candidate, Weighed, decide, header_evidence
from intelligence.classification.headers import Meaning, read
from intelligence.classification.patterns import Catalogue, catalogue
from intelligence.classification.preparation import Facts, prepare
from intelligence.classification.settings import DEFAULT, Settings
from intelligence.classification.types import Column, Evidence, Verdict

HOPELESS: Final = -6.0
"""Evidence from values below this ends a candidate that the header does not name."""


def classify(columns: Sequence[Column], *, settings: Settings = DEFAULT) -> list[Verdict]:
    """A verdict for each column of one table, in order; the columns help each other. Documents are judged path by path."""
    verdicts = _judged(columns, settings)
    for at, column in enumerate(columns):
        leaves = nested.unfold(column) if column.leaves is None else column.leaves
        if leaves and not nested.is_plain_list(column, leaves):
            paths = [replace(leaf, name=nested.heading(leaf.name)) for leaf in leaves]
            below = dict(zip((leaf.name for leaf in leaves), _judged(paths, settings), strict=True))
            verdicts[at] = nested.combined(verdicts[at], below, settings)
    return verdicts


def _judged(columns: Sequence[Column], settings: Settings) -> list[Verdict]:
    weighed = [weigh(column, settings) for column in columns]
    neighbours.consult(weighed)
    return [decide(one, settings) for one in weighed]


def weigh(column: Column, settings: Settings) -> Weighed:
    """Everything that speaks for or against each entity in one column."""
    prepared = prepare(column)
    meaning = read(column.name)
    if not prepared.texts or column.kind == "boolean":
        return Weighed(prepared, meaning, custom.candidates(prepared, Facts(prepared), settings.custom))
    known = catalogue()
    facts = Facts(prepared)
    matches = known.matches(facts.texts)
    candidates: list[Candidate] = []
    benign: list[Evidence] = []
    for name in _asked(known, matches, meaning):
        recognizer = known.all[name]
        if {recognizer.entity, recognizer.family} & settings.disabled:
            continue
        hits = matches.get(name, [])
        evidence = recognizer.score(name, facts, hits, len(facts.texts))
        if evidence is None:
            continue
        if recognizer.entity is None or recognizer.family is None:
            benign.append(evidence)
            continue
        header = header_evidence(column.name, meaning, recognizer.family, recognizer.entity)
        if evidence.weight >= HOPELESS or (header is not None and header.weight > 0):
            evidences = [evidence] if header is None else [evidence, header]
            candidates.append(Candidate(recognizer.entity, recognizer.family, evidences, (hits or list(facts.few))[:EXAMPLES]))
    candidates += [own for own in custom.candidates(prepared, facts, settings.custom) if not {own.entity, own.family} & settings.disabled]
    return Weighed(prepared, meaning, candidates, benign)


def _asked(known: Catalogue, matches: dict[str, list[str]], meaning: Meaning) -> list[str]:
    """Recognizers with something to say: a value fits, the header names them, or they look at the values themselves."""
    claimed = [
        name
        for name in known.matched
        if name not in matches and (known.all[name].family in meaning.claims or known.all[name].entity in meaning.claims)
    ]
    return [*matches, *claimed, *known.others]
