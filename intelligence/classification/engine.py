"""Classifies the columns of a table: validators, the pattern set, dictionaries, the header's meaning, the neighbours, and then the decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from intelligence.classification import custom, neighbours, nested, ngrams
from intelligence.classification.decision import EXAMPLES, Candidate, Weighed, decide, header_evidence
from intelligence.classification.headers import STRONG, Meaning, read
from intelligence.classification.model import ColumnModel, shipped
from intelligence.classification.patterns import Catalogue, catalogue
from intelligence.classification.preparation import Facts, prepare
from intelligence.classification.settings import DEFAULT, Settings
from intelligence.classification.types import Column, Evidence, Verdict

SILENCED: Final[dict[str, tuple[str, ...]]] = {
    "age": ("decimal", "counting", "year_number"),
    "geo_coordinate": ("decimal", "counting"),
    "ethnicity": ("color", "nature", "country", "business"),
    "religion": ("country", "business"),
    "date_of_birth": ("year_number", "version", "counting"),
}
"""Family → things that only look at the form of values, and say nothing where the header names the family clearly."""
ALLOWED: Final = -1.0
CONVINCED: Final = 3.0
"""A recognizer that says so much needs no help by others of its family."""
SPECIFIC: Final = 4.0
"""Formats that prove less than this by themselves prove nothing together."""
LEAST: Final = 0.08
"""Share of the values that a format must fit to be counted in a mix."""
TOGETHER: Final = 0.6
MIXED: Final = 6.5
HOPELESS: Final = -6.0
"""Evidence from values below this ends a candidate that the header does not name."""


def classify(columns: Sequence[Column], *, settings: Settings = DEFAULT, model: ColumnModel | None = None) -> list[Verdict]:
    """A verdict for each column of one table, in order; the columns help each other. Documents are judged path by path."""
    chosen = model or shipped()
    verdicts = _judged(columns, settings, chosen)
    for at, column in enumerate(columns):
        leaves = nested.unfold(column) if column.leaves is None else column.leaves
        if leaves and not nested.is_plain_list(column, leaves):
            paths = [replace(leaf, name=nested.heading(leaf.name)) for leaf in leaves]
            below = dict(zip((leaf.name for leaf in leaves), _judged(paths, settings, chosen), strict=True))
            verdicts[at] = nested.combined(verdicts[at], below, settings)
    return verdicts


def _judged(columns: Sequence[Column], settings: Settings, model: ColumnModel) -> list[Verdict]:
    weighed = [weigh(column, settings) for column in columns]
    ngrams.consult(weighed)
    neighbours.consult(weighed)
    return [decide(one, settings, model) for one in weighed]


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
    candidates += _mixed(known, matches, facts.few, candidates, column.name, meaning)
    candidates += [own for own in custom.candidates(prepared, facts, settings.custom) if not {own.entity, own.family} & settings.disabled]
    return Weighed(prepared, meaning, candidates, _doubted(benign, candidates, meaning), facts.text_engine)


def _doubted(benign: list[Evidence], candidates: list[Candidate], meaning: Meaning) -> list[Evidence]:
    """Amounts are ages, and colours are skins, where a clear header says so and the values allow it."""
    named = {
        candidate.family
        for candidate in candidates
        if candidate.evidence[0].weight > ALLOWED and meaning.claims.get(candidate.family, (0.0, ""))[0] >= STRONG
    }
    silenced = {name for family in named for name in SILENCED.get(family, ())}
    return [one for one in benign if one.recognizer not in silenced]


def _mixed(
    known: Catalogue, matches: dict[str, list[str]], few: Sequence[str], candidates: list[Candidate], header: str, meaning: Meaning
) -> list[Candidate]:
    """Families of which no single format fills the column, but several together do: wallets of many chains, plates of many countries."""
    looked, chosen = len(few), frozenset(few)
    settled = {candidate.family for candidate in candidates if candidate.evidence[0].weight > CONVINCED}
    hits: dict[str, list[tuple[str, list[str]]]] = {}
    several_of = Counter(known.all[name].family for name in matches)
    for name, values in matches.items():
        one = known.all[name]
        if one.family is None or one.entity is None or one.family in settled or several_of[one.family] < 2 or one.agreement + one.proof < SPECIFIC:
            continue
        values = [value for value in values if value in chosen]
        if len(values) < LEAST * looked:
            continue
        good = [value for value in values if one.is_valid(value)] if one.luck < 1 else values
        if len(good) >= LEAST * looked:
            hits.setdefault(one.family, []).append((name, good))
    found = []
    for family, several in hits.items():
        union = {value for _, values in several for value in values}
        share = len(union) / looked
        if len(several) < 2 or share < TOGETHER:
            continue
        strongest = max(several, key=lambda pair: len(pair[1]))[0]
        recognizer = known.all[strongest]
        weight = share * sum(min(known.all[name].agreement + known.all[name].proof, MIXED) * len(values) for name, values in several)
        weight /= sum(len(values) for _, values in several)
        detail = f"{len(union):,} of {looked:,} distinct values fit one of {len(several)} formats"
        evidence = [Evidence(strongest, len(union), looked, detail, weight)]
        said = header_evidence(header, meaning, family, str(recognizer.entity))
        found.append(Candidate(str(recognizer.entity), family, evidence if said is None else [*evidence, said], list(union)[:EXAMPLES]))
    return found


def _asked(known: Catalogue, matches: dict[str, list[str]], meaning: Meaning) -> list[str]:
    """Recognizers with something to say: a value fits, the header names them, or they look at the values themselves."""
    claimed = [
        name
        for name in known.matched
        if name not in matches and (known.all[name].family in meaning.claims or known.all[name].entity in meaning.claims)
    ]
    return [*matches, *claimed, *known.others]
