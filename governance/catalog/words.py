"""Words of names and texts: how they are cut, indexed and matched, typing errors included.

A row's `words` is a tsvector that we write ourselves (A: its name, B: tags, entity, owners, domain; C: where it stands; D: descriptions), because PostgreSQL's own parser
knows neither camelCase nor, under the C locale, other scripts than ours.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.db import connection

Weight = Literal["A", "B", "C", "D"]
LONGEST = 60
MOST = 400
"""Words of one row that are indexed."""
PIECES = re.compile(r"[^\W_]+")
HUMPS = re.compile(r"[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|\d+|[^\W\d_A-Za-zÀ-ÿ]+")
SIMILAR = 0.28
CANDIDATES = 60


@lru_cache(maxsize=65_536)
def words_of_name(name: str) -> tuple[str, ...]:
    """`customerEMail_2` → customer, e, mail, 2, customeremail2 (each piece, then pieces of several humps as a whole)."""
    found: dict[str, None] = {}
    pieces = PIECES.findall(name)
    for piece in pieces:
        humps = HUMPS.findall(piece)
        for hump in humps:
            found[fold(hump)] = None
        if len(humps) > 1:
            found[fold(piece)] = None
    if len(pieces) > 1:
        found[fold("".join(pieces))] = None
    return tuple(word for word in found if word)


def words_of_text(text: str) -> tuple[str, ...]:
    """Words of a description, folded."""
    return tuple(dict.fromkeys(fold(piece) for piece in PIECES.findall(text[:20_000])))


def fold(word: str) -> str:
    """Letter case, accents and width do not matter; cut to what a lexeme may be."""
    if word.isascii():
        return word.lower()[:LONGEST]
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))[:LONGEST]


def vector(parts: Iterable[tuple[Weight, Iterable[str]]]) -> str:
    """The text of a tsvector; a word keeps the best of its weights."""
    best: dict[str, Weight] = {}
    for weight, words in parts:
        for word in words:
            if word and (word not in best or weight < best[word]):
                best[word] = weight
    # Positions of their own: two words at one place would count as far apart.
    return " ".join(f"'{word}':{at}{weight}" for at, (word, weight) in enumerate(list(best.items())[:MOST], 1))


def learn(words: Iterable[str]) -> None:
    """Add words to the vocabulary; those known already cost one look."""
    wanted = sorted({word for word in words if len(word) > 1})
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT w FROM unnest(%s::text[]) AS w WHERE NOT EXISTS (SELECT FROM catalog_word k WHERE k.text = w)", [wanted])
        unknown = [word for (word,) in cursor.fetchall()]
        if unknown:
            rows = [(word, sorted(trigrams(word))) for word in unknown]
            cursor.execute(
                "INSERT INTO catalog_word (text, trigrams) SELECT one->>0, ARRAY(SELECT jsonb_array_elements_text(one->1)) "
                "FROM jsonb_array_elements(%s::jsonb) AS one ON CONFLICT DO NOTHING",
                [json.dumps(rows)],
            )


def trigrams(word: str) -> frozenset[str]:
    """As pg_trgm cuts them: two blanks before the word, one after."""
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


@dataclass(frozen=True, slots=True)
class Query:
    """Two tsqueries for what somebody typed, empty when that was nothing: `wanted` has every word somewhere, `own` one of them in the row's own words and not
    only in those of where it stands. `corrected` says which words were replaced by near ones.
    """

    wanted: str
    own: str
    corrected: Mapping[str, str]


def query(text: str) -> Query:
    """Each word must occur: as the beginning of a word, inside of one, or, when there is neither, as what it was probably meant to be."""
    clauses: list[list[str]] = []
    corrected: dict[str, str] = {}
    for word in _typed(text):
        alternatives = [f"'{word}':*"]
        known = _containing(word)
        alternatives += [f"'{one}':" for one in known if not one.startswith(word)]
        if not known and (near := _near(word)):
            alternatives += [f"'{one}':" for one in near]
            corrected[word] = near[0]
        clauses.append(alternatives)
    if not clauses:
        return Query("", "", {})
    wanted = " & ".join(f"({' | '.join(one + ('' if one.endswith('*') else 'ABCD') for one in alternatives)})" for alternatives in clauses)
    own = " | ".join(f"{one}ABD" for alternatives in clauses for one in alternatives)
    return Query(wanted, f"({wanted}) & ({own})", corrected)


def _typed(text: str) -> list[str]:
    """The words of a query: humps count as words of their own only where the whole is written in humps."""
    found: dict[str, None] = {}
    for piece in PIECES.findall(text[:500]):
        humps = HUMPS.findall(piece)
        mixed = len(humps) > 1 and not piece.isupper()
        for one in humps if mixed else [piece]:
            found[fold(one)] = None
    return [word for word in found if word][:8]


def _containing(word: str) -> list[str]:
    """Known words that hold the given one; a sign that it is no typing error."""
    with connection.cursor() as cursor:
        inner = [word[at : at + 3] for at in range(len(word) - 2)]
        pattern = f"%{word}%"
        if inner:
            cursor.execute(
                "SELECT text FROM catalog_word WHERE trigrams @> %s::varchar[] AND text LIKE %s ORDER BY length(text), text LIMIT 40",
                [inner, pattern],
            )
        else:
            cursor.execute("SELECT text FROM catalog_word WHERE text LIKE %s ORDER BY length(text), text LIMIT 1", [f"{word}%"])
        return [text for (text,) in cursor.fetchall()]


def _near(word: str) -> list[str]:
    """At most three known words that the given one may have been meant to be, the nearest first."""
    if len(word) < 4:
        return []
    own = trigrams(word)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text, (SELECT count(*) FROM unnest(trigrams) AS t WHERE t = ANY(%s::varchar[])) AS shared FROM catalog_word "
            "WHERE trigrams && %s::varchar[] AND length(text) BETWEEN %s AND %s ORDER BY shared DESC, length(text) LIMIT %s",
            [list(own), list(own), len(word) - 2, len(word) + 2, CANDIDATES],
        )
        found = cursor.fetchall()
    scored: list[tuple[int, float, str]] = []
    for text, shared in found:
        errors = distance(word, text)
        similarity = shared / (len(own) + len(trigrams(text)) - shared)
        if errors <= (1 if len(word) < 6 else 2) or (errors <= 3 and similarity > 0.5 + SIMILAR / 2):
            scored.append((errors, -similarity, text))
    nearest = sorted(scored)[:3]
    return [text for errors, _, text in nearest if errors <= nearest[0][0] + 1]


def distance(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment)."""
    before: Sequence[int] = []
    last: Sequence[int] = range(len(other) + 1)
    for at, char in enumerate(one, 1):
        row = [at]
        for to, against in enumerate(other, 1):
            cost = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (char != against))
            if at > 1 and to > 1 and char == other[to - 2] and one[at - 2] == against:
                cost = min(cost, before[to - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
