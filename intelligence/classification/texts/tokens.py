"""How the free-text model cuts and sees a text: runs of letters, runs of digits, single signs; and what our dictionaries know about each word."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from intelligence.classification import dictionaries

if TYPE_CHECKING:
    from spacy.tokens import Doc

TOKEN: Final = re.compile(r"[^\W\d_]+|\d+| +|[^\S ]+|[^\w\s]|_")
LONGEST_PLACE: Final = 4
"""Words of a place's name."""


class Tokenizer:
    """Makes a `Doc` whose tags and lemmas carry what the model is to see: `tag` the word's look, `lemma` what the dictionaries say."""

    def __init__(self, vocab: Any) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        from spacy.tokens import Doc

        spans = cut(text)
        words = [text[start:end] for start, end in spans]
        spaces = [end < len(text) and text[end] == " " for _, end in spans]
        return Doc(self.vocab, words=words, spaces=spaces, tags=[look(word) for word in words], lemmas=known(words))

    def to_bytes(self, **_: Any) -> bytes:
        return b""

    def from_bytes(self, _data: bytes, **_kept: Any) -> Tokenizer:
        return self


def cut(text: str) -> list[tuple[int, int]]:
    """Tokens; one space behind a token belongs to it, further ones are a token, so that no character is lost."""
    found: list[tuple[int, int]] = []
    for match in TOKEN.finditer(text):
        start, end = match.span()
        if text[start] == " " and found:
            start += 1
        if end > start:
            found.append((start, end))
    return found


@lru_cache(maxsize=50_000)
def look(word: str) -> str:
    """Length and letter case; of digits how many."""
    if word.isdigit():
        return f"{min(len(word), 17)}#"
    if word.isspace():
        return "break" if "\n" in word else "space"
    if not word[0].isalpha():
        return word[0]
    case = "A" if word.isupper() else "a" if word.islower() else "Aa" if word[0].isupper() and word[1:].islower() else "aA"
    return f"{case}{min(len(word), 12)}{'' if word.isascii() else '~'}"


def norm(word: str) -> str:
    """The folded word; digits only by their number, except years."""
    if word.isdigit():
        return ("year" if word[:2] in {"18", "19", "20"} and len(word) == 4 else "9" * min(len(word), 17)) if len(word) > 2 else word
    return fold(word) if word[0].isalpha() else word


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    return dictionaries.fold(word)


@lru_cache(maxsize=50_000)
def _alone(word: str) -> str:
    """Letters for what a word may be: first name, last name, common word, country, closed lists."""
    if not word[:1].isalpha():
        return ""
    folded = fold(word)
    return "".join(
        letter
        for letter, is_one in (
            ("f", folded in dictionaries.first_names()),
            ("l", folded in dictionaries.last_names()),
            ("w", dictionaries.is_common(folded)),
            ("c", folded in dictionaries.words("country")),
            ("m", folded in dictionaries.words("month") or folded in dictionaries.words("weekday")),
            ("t", folded in dictionaries.words("title")),
            ("j", folded in dictionaries.words("job")),
            ("k", folded in dictionaries.words("company")),
            ("s", folded in dictionaries.words("street")),
            ("e", folded in dictionaries.words("ethnicity") or folded in dictionaries.words("religion")),
        )
        if is_one
    )


@cache
def _openings() -> frozenset[str]:
    """First words of places, so that most words cost one look."""
    return frozenset(name.split(" ")[0] for name in dictionaries.places())


def known(words: list[str]) -> list[str]:
    """What the dictionaries say of each word, places of several words included."""
    marks = [_alone(word) for word in words]
    folded = [fold(word) if word[0].isalpha() else word for word in words]
    for at, word in enumerate(folded):
        if word not in _openings():
            continue
        for length in range(LONGEST_PLACE, 0, -1):
            if at + length <= len(words) and " ".join(folded[at : at + length]) in dictionaries.places():
                for inner in range(at, at + length):
                    marks[inner] += "p" if length == 1 else "P"
                break
    return [mark or "-" for mark in marks]
