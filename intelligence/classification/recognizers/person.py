"""Names of people and of their accounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from intelligence.classification import dictionaries
from intelligence.classification.preparation import FEW, Facts, spread
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.types import Evidence

LAST_ENDINGS: Final = re.compile(
    r"(ov|ova|ev|eva|in|ina|skiy|sky|ski|ska|cki|cka|enko|chuk|wicz|czyk|czak|iak|ak|son|sson|sen|ez|ini|elli|etti|ucci|acci|ullo|opoulos|opoulou|idis|akis|yan|ian|oglu|escu|auskas|aitis|iene|aite|yte|unas|zade|soy|turk|bauer|gruber|huber|mayr|thaler|egger|bacher|reiter|leitner|lechner|berger|mann|stein|baum|feld|meyer|maier|auer|hofer|strom|qvist|quist|gren|nen|ic|vic|shvili|dze"
    r"|ов|ова|ев|ева|ин|ина|ын|ына|ский|ская|цкий|цкая|енко|ко|чук|юк|ян|дзе|ых|их"
    r"|οπουλος|οπουλου|ιδης|ιδου|αδης|αδου|ακης|ακη|ατος|ελης|ογλου|ακος|ιου|შვილი|ძე|ია|ავა|յան|יאן|סקי)$"
)
PATRONYMIC: Final = re.compile(r"(ович|евич|ич|овна|евна|ична|inichna|ovich|evich|ovna|evna)$")
LEAST_KNOWN: Final = 0.2
CHANCE: Final = 1.0
"""Values that a list of names matches in any column: where few values are known, one less counts."""
CENSUS: Final = 0.55
"""How much of a name a word is that only a census knows: many of those are words, too."""
SHORT: Final = 3
"""Letters of a code of a country, a currency, a language or a size."""
SPOILT: Final = 0.6
"""What a text with a common word takes away from a text that looks like a name."""
TEMPLATE: Final = 0.6
"""Share of texts that begin with the same word from which on they are no names."""
FEW_ACCOUNTS: Final = 2
"""Chance hits among user names: so many values more would have to be made of names."""
LONG_ENOUGH: Final = 5
"""Letters of a name that is only the beginning or the end of a user name."""
HAN: Final = re.compile(r"[\u4e00-\u9fff\u3040-\u30ff\u3005]{1,8}")
HANGUL: Final = re.compile(r"[\uac00-\ud7a3]{2,4}")
WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_'’.\-]|[\u0900-\u0e7f])*([\-'’ ][^\W\d_](?:[^\W\d_'’.]|[\u0900-\u0e7f])*)*\.?")
LATIN: Final[dict[str, str]] = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g",
}  # fmt: skip


class FirstName(Recognizer):
    entity = "FIRST_NAME"
    family = "first_name"
    label = "a first name"
    agreement = 6.2
    examples = ("Anna", "Jean-Luc", "Екатерина", "さくら")
    counter_examples = ("12345", "anna@example.org", "active today now")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        return _name_evidence(self, name, facts, [is_first(folded) for folded in facts.folded] if facts.letters_share > 0.3 else [], most_words=2.3)

    def is_valid(self, value: str) -> bool:
        return is_first(dictionaries.fold(value)) > 0


class LastName(Recognizer):
    entity = "LAST_NAME"
    family = "last_name"
    label = "a last name"
    agreement = 6.0
    examples = ("Smith", "van den Berg", "Иванова", "佐藤")
    counter_examples = ("12345", "anna@example.org", "please call back")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        return _name_evidence(self, name, facts, [is_last(folded) for folded in facts.folded] if facts.letters_share > 0.3 else [], most_words=2.8)

    def is_valid(self, value: str) -> bool:
        return is_last(dictionaries.fold(value)) > 0


class PersonName(Recognizer):
    entity = "PERSON"
    family = "person_name"
    label = "a person's name"
    agreement = 7.0
    in_text = r"\b(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?[\p{Lu}][\p{Ll}'’\-]+(?: [\p{Lu}][\p{L}.'’\-]*){1,2}\b"
    certainty = 0.6
    examples = ("Anna Smith", "Dr. Jean-Luc Dupont", "Smith, John", "王秀英", "中村 さゆり", "Иванов Сергей Петрович")
    counter_examples = ("12345", "Sigma Mini 469", "anna@example.org", "red")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        return _name_evidence(
            self, name, facts, [is_full(text) for text in facts.few] if facts.letters_share > 0.3 and facts.mean_words < 6 else [], most_words=4.5
        )

    def is_valid(self, value: str) -> bool:
        return is_full(value) > 0.5


class Username(Recognizer):
    """One word in lower case, often with digits, made of a name."""

    entity = "USERNAME"
    family = "username"
    label = "a user name"
    pattern = r"@?[A-Za-z0-9А-Яа-я][A-Za-z0-9А-Яа-я._\-]{1,38}"
    agreement = 0.6
    examples = ("wdelgado", "anna.smith", "danielle33", "militsa_2016")
    counter_examples = ("anna smith", "anna@example.org", "a")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        evidence = super().score(name, facts, matches, looked)
        if evidence is None or evidence.weight <= 0:
            return evidence
        lower = sum(value[:1].islower() for value in matches) / len(matches)
        few = spread(matches, FEW)
        hits = sum(map(is_account, few))
        named = hits / (len(few) + FEW_ACCOUNTS)
        if facts.digits_share > 0.5:
            return Evidence(name, evidence.matched, looked, evidence.detail, -1.8)
        if lower > 0.7 and named > 0.4:
            return Evidence(
                name,
                evidence.matched,
                looked,
                f"{round(hits * len(matches) / len(few)):,} of {looked:,} distinct values are made of names",
                2.2 + 4.2 * named,
            )
        return Evidence(name, evidence.matched, looked, evidence.detail, 0.4 if lower > 0.5 else -1.0 if evidence.weight else 0.0)


def _name_evidence(recognizer: Recognizer, name: str, facts: Facts, certain: Sequence[float], most_words: float) -> Evidence | None:
    """`certain` says of each value how much of a name it is, from nought to one."""
    looked = len(facts.few)
    if not looked:
        return None
    if not certain or facts.letters_share <= 0.3:
        return Evidence(name, 0, looked, "the values are numbers or texts", -8.0)
    if _are_codes(facts):
        return Evidence(name, 0, looked, "the values are codes", -6.0)
    if _is_template(facts):
        return Evidence(name, 0, looked, "most texts begin with the same word", -6.0)
    share = (sum(certain) - CHANCE) / looked - SPOILT * facts.common_share
    matched = sum(one > 0 for one in certain)
    detail = recognizer._sentence(matched, looked, "look like")
    if share >= LEAST_KNOWN and facts.mean_words <= most_words:
        # No list holds all names: a third of them in one column is no accident any more.
        return Evidence(name, matched, looked, detail, recognizer.agreement * min(1.0, 0.4 + 0.9 * share) * looked / (looked + 1.2))
    if facts.common_share > 0.5:
        return Evidence(name, matched, looked, "the values are everyday words", -5.0)
    wordy = sum(len(text) < 60 and not any(char.isdigit() or char in "@_/\\#=<>{}" for char in text) for text in facts.few) / looked
    return Evidence(name, matched, looked, detail, -0.2 if wordy > 0.75 and facts.mean_words <= most_words else -6.0)


def _are_codes(facts: Facts) -> bool:
    """Sizes, currencies, countries, languages: nearly all very short and in the same case."""
    short = [text for text in facts.few if len(text) <= SHORT and text.isascii()]
    return len(short) > 0.8 * len(facts.few) and (all(text.isupper() for text in short) or all(text.islower() for text in short))


def _is_template(facts: Facts) -> bool:
    word, share = facts.opening
    word = word.strip(".,")
    is_part_of_names = word in dictionaries.last_names() or word in dictionaries.words("title") or word in dictionaries.words("particle")
    return share > TEMPLATE and not is_part_of_names


@lru_cache(maxsize=20_000)
def is_first(folded: str) -> float:
    """How much the folded text is a first name alone."""
    words = dictionaries.parts(folded)
    if not 0 < len(words) <= 3 or not WORD.fullmatch(folded):
        return 0.0
    if any(map(dictionaries.is_common, words)):
        return 0.0
    known = sum(word in dictionaries.first_names() for word in words)
    if folded in dictionaries.first_names() or known == len(words):
        written = any(dictionaries.is_written("first", word) for word in (folded, *words))
        return (1.0 if len(words) == 1 or len(words) == known else 0.6) * (1.0 if written else CENSUS)
    return 0.4 if known else 0.0


@lru_cache(maxsize=20_000)
def is_last(folded: str) -> float:
    """How much the folded text is a last name alone."""
    words = [word for word in dictionaries.parts(folded) if word not in dictionaries.words("particle")] or dictionaries.parts(folded)
    if not 0 < len(words) <= 3 or not WORD.fullmatch(folded):
        return 0.0
    if any(map(dictionaries.is_common, words)):
        return 0.0
    if folded in dictionaries.last_names() or all(word in dictionaries.last_names() for word in words):
        return 1.0 if any(dictionaries.is_written("last", word) for word in (folded, *words)) or LAST_ENDINGS.search(words[-1]) else CENSUS
    if words[-1] in dictionaries.first_names():
        return 0.0
    return 0.65 if len(words[-1]) > 4 and LAST_ENDINGS.search(words[-1]) else 0.0


@lru_cache(maxsize=20_000)
def is_full(text: str) -> float:
    """How much the text is a first and a last name, in either order, with or without titles."""
    if not 2 <= len(text) <= 60 or any(char.isdigit() or char in "@/\\_#=" for char in text):
        return 0.0
    if HAN.fullmatch(text.replace(" ", "")) or HANGUL.fullmatch(text.replace(" ", "")):
        return _is_eastern(text)
    folded = dictionaries.fold(text)
    titles, particles = dictionaries.words("title"), dictionaries.words("particle")
    spaced = [word.strip(".,") for word in folded.replace("-", " ").replace("'", " ").split()]
    titled = any(word in titles for word in spaced[:1])
    words = [word for word in spaced if word and word not in titles and word.replace(".", "") not in titles]
    names = [word for word in words if word not in particles and len(word) > 1] or words
    if not 1 <= len(words) <= 6 or (not titled and (len(names) < 2 or len(text.replace(",", " ").split()) < 2)):
        return 0.0
    if any(map(dictionaries.is_common, names)) or _is_sentence(text):
        return 0.0
    first, last = dictionaries.first_names(), dictionaries.last_names()
    given = (
        names[0] in first
        or (("," in text or len(names) > 2) and any(name in first for name in names[1:]))
        or (len(names) > 1 and names[1] in first and names[0] in last)
    )
    family = (
        any(name in last for name in names[1:])
        or names[0] in last
        or bool(LAST_ENDINGS.search(names[-1]))
        or any(PATRONYMIC.search(name) for name in names)
    )
    if given and family:
        # Many words are some family's name abroad: that convinces where the rest is a name in any case.
        written = sum(dictionaries.is_written("first", name) or dictionaries.is_written("last", name) for name in names)
        return 1.0 if written > 1 or LAST_ENDINGS.search(names[-1]) else 0.8 if written else CENSUS
    capital = all(word[:1].isupper() or dictionaries.fold(word) in particles for word in text.split())
    return 0.8 if given and capital else 0.7 if titled and capital else 0.35 if family and capital and len(names) == 2 else 0.0


def _is_sentence(text: str) -> bool:
    """`Mark all as read`: a capital at the beginning, and small letters where a name would have capitals."""
    beginning, *others = text.split()
    small = sum(word[0].islower() and dictionaries.fold(word) not in dictionaries.words("particle") for word in others)
    return beginning[0].isupper() and small > 1


def _is_eastern(text: str) -> float:
    first, last = dictionaries.first_names(), dictionaries.last_names()
    parts = text.split()
    if len(parts) == 2:
        return 1.0 if parts[0] in last or parts[1] in first else 0.4
    whole = parts[0] if parts else ""
    for size in (2, 1, 3):
        rest = whole[size:]
        if whole[:size] in last and 1 <= len(rest) <= 3:
            if len(whole) == 2 and HANGUL.fullmatch(whole) and rest not in first:
                return 0.25  # most Korean words of two syllables begin like some family name
            return 1.0 if rest in first or size >= 2 else 0.75 if len(rest) <= 2 and rest[-1] not in "市县区省路街村镇" else 0.0
    return 0.0


@lru_cache(maxsize=20_000)
def is_account(value: str) -> bool:
    """Whether a user name is made of names: `jsmith`, `annasmith`, `anna.smith`, `anna_1980`."""
    known = _account_words()
    parts = re.split(r"[._\-\d@]+", dictionaries.fold(value))
    if any(dictionaries.is_common(part) for part in parts if len(part) > 1):
        return False
    for part in parts:
        if len(part) < 3:
            continue
        if part in known or (len(part) > 4 and (part[1:] in known or part[:-1] in known or part[2:] in known)):
            return True
        if any(part[:at] in known and (at >= LONG_ENOUGH or part[at:] in known) for at in range(2, len(part) - 1)):
            return True
        if any(part[at:] in known for at in range(1, len(part) - LONG_ENOUGH + 1)):
            return True
    return False


@cache
def _account_words() -> frozenset[str]:
    """Names in Latin letters, those of other scripts transliterated."""
    names = {word for name in dictionaries.written_names() for word in name.split()}
    latin = {"".join(LATIN.get(char, char) for char in name) for name in names}
    return (
        frozenset(name for name in latin if name.isascii() and len(name) > 2)
        | dictionaries.words("romanised chinese")
        | dictionaries.words("romanised japanese")
    )
