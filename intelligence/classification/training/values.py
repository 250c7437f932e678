"""Values of each family in many countries' formats, and of a great many things that are not sensitive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final
from uuid import UUID

from intelligence.classification import dictionaries
from intelligence.classification.recognizers.base import recognizers
from intelligence.classification.training import patterns, people

Draw = Callable[[], object]

DATES: Final = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d %b %Y",
    "%d-%b-%y",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%b %d, %Y",
)
MAIL: Final = ("{f}.{l}@{d}.com", "{l}{n}@{d}.org", "{f}@{d}.co.uk", "{f}_{l}@mail.{d}.net", "{f}{n}@{d}.de", "{i}{l}@{d}.com.br", "{f}-{l}@{d}.hu")
PHONES: Final = (
    "+{c} {3} {3} {4}", "({3}) {3}-{4}", "{3}-{3}-{4}", "0{2} {3} {2} {2}", "+{c}{9}", "0{3}/{6}", "0{2}-{7}", "00{c} {2} {7}", "{4}-{4}", "{2} {2} {2} {2}",
    "+{c} ({3}) {3}-{2}-{2}", "0{3}-{3}-{3}", "0{9}", "+{c}-{2}-{4}-{4}", "({2}) 9{4}-{4}", "0{1} {2} {2} {2} {2}",
)  # fmt: skip
USERS: Final = ("{i}{l}", "{f}.{l}", "{f}{n}", "{f}_{l}", "{l}{i}", "{f}{l}{n}", "{i}.{l}{n}")
CODES: Final = (
    "90",
    "31",
    "46",
    "358",
    "47",
    "45",
    "420",
    "36",
    "40",
    "359",
    "30",
    "48",
    "351",
    "52",
    "54",
    "57",
    "62",
    "84",
    "66",
    "91",
    "971",
    "234",
    "27",
    "61",
)
BENIGN_WORDS: Final = ("common", "business", "color", "month", "weekday", "country", "language", "nature", "job", "alphabet")
PATTERNED: Final[dict[str, tuple[str, ...]]] = {}


def positive(family: str, language: str, random: Random, unseen: float, seed: int) -> tuple[Draw, str]:
    """A way to draw values of the family, and the recognizer it came from, if one."""
    written = _written(family, language, random, unseen)
    names = by_pattern(family, seed)
    if written is not None and (not names or random.random() < 0.75):
        return written, ""
    name = random.choice(names)
    return lambda: random.choice(patterns.pool(name, seed)), name


@cache
def by_pattern(family: str, seed: int) -> tuple[str, ...]:
    """Recognizers of the family whose pattern gives enough values."""
    known = [name for name in recognizers if recognizers.get(name).family == family and recognizers.get(name).pattern]
    return tuple(name for name in known if family not in {"username"} and len(patterns.pool(name, seed)) > 12)


def _written(family: str, language: str, random: Random, unseen: float) -> Draw | None:
    style = random.randrange(100)
    now = date.today()
    draws: dict[str, Draw] = {
        "first_name": lambda: people.name("first", language, random, unseen),
        "last_name": lambda: people.name("last", language, random, unseen),
        "person_name": lambda: people.full_name(language, random, unseen, style),
        "username": lambda: _account(random.choice(USERS) if style < 30 else USERS[style % 7], language, random, unseen),
        "email": lambda: _account(random.choice(MAIL), language, random, unseen),
        "city": lambda: people.city(random, unseen),
        "street_address": lambda: people.street(language, random, unseen),
        "phone": lambda: _phone(PHONES[style % len(PHONES)] if style < 70 else random.choice(PHONES), random),
        "date_of_birth": lambda: (now - timedelta(days=random.randint(6_000, 32_000))).strftime(DATES[style % len(DATES)]),
        "age": lambda: str(round(random.triangular(1, 95, 38))),
        "gender": _closed("gender", random, (2, 3)),
        "religion": _closed("religion", random, (3, 9)),
        "ethnicity": _closed("ethnicity", random, (3, 8)),
        "geo_coordinate": lambda: _position(style, random),
        "iban": lambda: _iban(style, random),
        "secret": lambda: _random_text(random, 16 + style % 40),
        "free_text_pii": lambda: _note(language, random, unseen),
    }
    return draws.get(family)


def _account(form: str, language: str, random: Random, unseen: float) -> str:
    language = language if people.languages("first").get(language, ["я"])[0].isascii() else "en"
    first, last = (dictionaries.fold(people.name(kind, language, random, unseen)).replace(" ", "") for kind in ("first", "last"))
    domain = _word(random).replace(" ", "")
    return form.format(f=first, l=last, i=first[:1], n=random.randint(1, 999), d=domain if domain.isascii() else "example")


def _phone(form: str, random: Random) -> str:
    text = form.replace("{c}", random.choice(CODES))
    for size in range(1, 10):
        while f"{{{size}}}" in text:
            text = text.replace(f"{{{size}}}", str(random.randint(10 ** (size - 1), 10**size - 1)), 1)
    return text


def _iban(style: int, random: Random) -> str:
    from stdnum import iban

    country, size = random.choice(
        (("DE", 18), ("SE", 20), ("FI", 14), ("CZ", 20), ("SK", 20), ("NO", 11), ("DK", 14), ("EE", 16), ("AE", 19), ("TR", 22))
    )
    body = _digits(random, size)
    text = f"{country}{iban.calc_check_digits(f'{country}00{body}')}{body}"
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4)) if style < 40 else text


def _closed(subject: str, random: Random, sizes: tuple[int, int]) -> Draw:
    words = sorted(dictionaries.words(subject))
    if subject == "gender":
        words = random.choice(sorted(dictionaries.words("gender pairs"))).split("|")
    chosen = [word.capitalize() if random.random() < 0.7 else word for word in random.sample(words, min(len(words), random.randint(*sizes)))]
    return lambda: random.choice(chosen)


def _position(style: int, random: Random) -> str:
    latitude, longitude = random.uniform(-60, 70), random.uniform(-170, 175)
    return (f"{latitude:.5f}", f"{latitude:.4f}, {longitude:.4f}", f"{longitude:.6f}", f"({latitude:.5f}, {longitude:.5f})")[style % 4]


def _random_text(random: Random, size: int) -> str:
    return "".join(random.choice(patterns.WORD + "-_") for _ in range(size))


def _note(language: str, random: Random, unseen: float) -> str:
    word = random.choice(["called about", "sent letter on", "asked for", "left message with", "will pay", "complains about"])
    about = random.choice(
        [people.full_name(language, random, unseen, 0), _phone("+{c} {3} {3} {4}", random), _account(MAIL[0], language, random, unseen)]
    )
    return f"{random.choice(['Customer', 'Patient', 'Neighbour'])} {word} {_word(random)} {_word(random)}, reach {about} before {random.randint(1, 12)} o'clock"


def _word(random: Random) -> str:
    return random.choice(_words())


@cache
def _words() -> list[str]:
    return sorted(word for subject in ("common", "nature", "business") for word in dictionaries.words(subject) if word.isascii() and len(word) > 2)


def _digits(random: Random, size: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(size))


def _luhn_wrong(random: Random) -> str:
    from stdnum import luhn

    body = random.choice("345") + _digits(random, 14)
    return f"{body}{(int(luhn.calc_check_digit(body)) + random.randint(1, 9)) % 10}"


def benign(random: Random) -> Draw:
    """A way to draw values of something that is not sensitive, many of them look-alikes."""
    size, letters = random.randint(3, 14), "".join(random.choice("ABCDEFGHKLMNPRSTUVWXZ") for _ in range(3))
    low, span = random.choice([0, 1, 100, 1000]), random.choice([10, 100, 5_000, 90_000, 10**7])
    labels = [_word(random) for _ in range(random.randint(2, 12))]
    start, years = date(2010 + random.randint(0, 14), 1, 1), random.randint(1, 4)
    closed = sorted(dictionaries.words(random.choice(BENIGN_WORDS)))
    counter = iter(range(random.randint(1, 90_000), 10**9, random.choice([1, 1, 1, 2, 5])))
    form, hour = random.choice(DATES), "%Y-%m-%d %H:%M:%S"
    day: Draw = lambda: start + timedelta(days=random.randint(0, 365 * years))  # noqa: E731
    look = (1, 10) if random.random() < 0.5 else (1, 12)
    draws: list[Draw] = [
        lambda: str(next(counter)),
        lambda: f"{letters}-{next(counter):06d}",
        lambda: f"{letters[:2]}{_digits(random, size)}",
        lambda: f"{letters}{_digits(random, 3)}-{_digits(random, 2)}",
        lambda: _digits(random, size).lstrip("0") or "1",
        lambda: str(random.randint(low, low + span)),
        lambda: f"{random.uniform(low, low + span):.2f}",
        lambda: f"{random.gauss(low, 20):.{size % 5 + 1}f}",
        lambda: f"{random.random():.4f}",
        lambda: f"{random.randint(0, 100)}%",
        lambda: f"{random.choice('$€£')}{random.randint(1, 9999):,}",
        lambda: day().strftime(form),  # type: ignore[attr-defined]
        lambda: day().strftime(hour).replace("00:00:00", f"{random.randint(0, 23):02d}:{random.randint(0, 59):02d}:{random.randint(0, 59):02d}"),  # type: ignore[attr-defined]
        lambda: str(random.randint(1_300_000_000, 1_750_000_000)),
        lambda: str(random.randint(1990, 2026)),
        lambda: random.choice(labels),
        lambda: random.choice(labels).capitalize(),
        lambda: random.choice(closed).capitalize(),
        lambda: random.choice(["Y", "N"]),
        lambda: random.choice(["0", "1"]),
        lambda: random.choice("ABCDE"),
        lambda: str(random.randint(*look)),
        lambda: str(UUID(int=random.getrandbits(128))),
        lambda: f"{random.getrandbits(128):032x}",
        lambda: f"{random.getrandbits(160):040x}",
        lambda: f"https://{_word(random)}.example.com/{_word(random)}/{random.randint(1, 999)}".replace(" ", "-"),
        lambda: f"/{_word(random)}/{_word(random)}/{_word(random)}.csv".replace(" ", "_"),
        lambda: f"{_word(random)}_{_word(random)}".replace(" ", "_"),
        lambda: f"{_word(random)}.{_word(random)}.{_word(random)}".replace(" ", ""),
        lambda: f"v{random.randint(0, 9)}.{random.randint(0, 40)}.{random.randint(0, 300)}",
        lambda: f"{_word(random).capitalize()} {_word(random)} {random.randint(1, 999)}",
        lambda: f"{_word(random).capitalize()} {_word(random).capitalize()}",
        lambda: (
            f"{people.name('last', 'en', random, 0.3)} {random.choice(['Inc', 'Ltd', 'GmbH', 'S.A.', 'Oy', 'AB', 'Kft.', 'd.o.o.', 'A.Ş.', 'Sp. z o.o.'])}"
        ),
        lambda: f"The {_word(random)} {_word(random)} {_word(random)} {_word(random)} was {_word(random)} after {random.randint(1, 90)} days",
        lambda: f"[{random.choice(['INFO', 'WARN', 'ERROR'])}] {_word(random)}: {_word(random)} {random.randint(1, 9999)}",
        lambda: f"{random.randint(1, 300)} {random.choice(['kg', 'cm', 'ml', 'km', 'h', 'MB'])}",
        lambda: f"{random.randint(0, 23):02d}:{random.randint(0, 59):02d}",
        lambda: f"978{_digits(random, 10)}",
        lambda: f"40{_digits(random, 11)}",
        lambda: _luhn_wrong(random),
        lambda: f"9{_digits(random, 2)}-{_digits(random, 2)}-{_digits(random, 4)}",
        lambda: f"{random.randint(256, 999)}.{random.randint(0, 999)}.{random.randint(0, 999)}.{random.randint(0, 999)}",
        lambda: f"{random.randint(1, 60)}.{random.randint(0, 20)}.{random.randint(0, 9)}.{random.randint(0, 20)}",
        lambda: f"{random.uniform(90, 400):.3f},{random.uniform(181, 900):.3f}",
        lambda: f"{letters[:1]}{random.randint(1, 9)}",
        lambda: f"#{random.getrandbits(24):06x}",
        lambda: f"{start.year}-{next(counter):05d}",
        lambda: f"{start.year}-Q{random.randint(1, 4)}",
        lambda: f"{random.choice(['alpha', 'core', 'web', 'db'])}-{random.randint(1, 40):02d}.{_word(random)}.local".replace(" ", ""),
        lambda: f"{_word(random)}@{random.randint(1, 20)}.{random.randint(0, 9)}.{random.randint(0, 9)}".replace(" ", "-"),
        lambda: f"{letters}{_digits(random, 9)}{letters[:2]}",
        lambda: f"{random.uniform(0, 1e-3):.3e}",
    ]
    return random.choice(draws)
