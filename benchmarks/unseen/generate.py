"""Labelled tables that nobody has tuned on: people, formats and headers of locales that the development data lacks.

    python -m benchmarks.unseen.generate FOLDER [--locales a|b] [--seed 41] [--tables 320]

Writes t0000.csv … and labels.jsonl in the format of the labelled columns of the development data, so the same scorer judges both.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.unseen import identifiers as ids
from benchmarks.unseen import people
from benchmarks.unseen.headers import ABBREVIATED, CLEAR, LYING, LYING_SENSITIVE, MISSING, dressed
from benchmarks.unseen.negatives import BENIGN, HARD, HELD_BACK
from benchmarks.unseen.people import Locale

HERE = Path(__file__).resolve().parent
ROWS = (24, 40, 90, 160, 300)
NULLS = (0.0, 0.0, 0.05, 0.15, 0.4)
PLACEHOLDERS = ("", "", "", "n/a", "NULL", "-", "none", "ukjent", "#N/A")
# Under a header that is missing or lies nothing but the header tells these from numbers, codes and dates of other kinds.
NEEDS_HEADER = {"age", "date_of_birth", "driver_license", "passport", "postal_code", "routing_number", "national_id"}
# Dates of long ago and codes of a plate's shape: nothing but their own header says what they are.
NEEDS_OWN_HEADER = {"start", "locker"}
Values = Callable[[random.Random], str]


@dataclass(frozen=True)
class Made:
    """One column: its label, what it is made of and how its header behaves."""

    label: str
    kind: str
    negative: str | None
    header: str
    mode: str
    values: list[str]


def _age(locale: Locale, style: int) -> Values:
    return lambda draw: str(min(97, max(0, round(draw.gauss(43, 17)))))


def _birth(locale: Locale, style: int) -> Values:
    formats = locale.words["date"]
    said = formats[style % len(formats)]
    return lambda draw: people.born(draw).strftime(said)


def _degrees(draw: random.Random, angle: float, sides: str) -> str:
    return f"{int(abs(angle))}°{draw.randint(0, 59):02}'{draw.randint(0, 59):02}\"{sides[angle < 0]}"


def _geo(locale: Locale, style: int) -> Values:
    def make(draw: random.Random) -> str:
        lat, lon = draw.uniform(-60, 68), draw.uniform(-120, 150)
        degrees = f"{_degrees(draw, lat, 'NS')} {_degrees(draw, lon, 'EW')}"
        return (f"{lat:.5f}, {lon:.5f}", f"{lat:.6f};{lon:.6f}", f"POINT({lon:.5f} {lat:.5f})", degrees, f"[{lat:.4f},{lon:.4f}]")[style % 5]

    return make


def _mac(locale: Locale, style: int) -> Values:
    def make(draw: random.Random) -> str:
        raw = f"{draw.getrandbits(48):012x}"
        return (ids.grouped(raw, 2, ":"), ids.grouped(raw, 2, "-").upper(), ids.grouped(raw, 4, "."), ids.grouped(raw, 2, ":").upper())[style % 4]

    return make


def _six(locale: Locale, style: int) -> Values:
    def make(draw: random.Random) -> str:
        head = draw.choice(["2001:6b0", "2a02:2f0", "fe80:", "2405:9800", "2a01:c8"])
        tail = ":".join(f"{draw.getrandbits(16):x}" for _ in range(4))
        return (
            f"{head}::{tail}"
            if style % 2 and head != "fe80:"
            else f"{head}:{tail}"
            if head == "fe80:"
            else f"{head}:{draw.getrandbits(16):x}:{draw.getrandbits(16):x}:{tail}"
        )

    return make


def _medical(locale: Locale, style: int) -> Values:
    def make(draw: random.Random) -> str:
        code = f"{draw.choice('ABCDEFGHIJKLMNR')}{draw.randint(0, 99):02}"
        return (
            code + f".{draw.randint(0, 9)}",
            code,
            code + str(draw.randint(0, 9)),
            draw.choice(["F", "E", "M", "S"]) + f"{draw.randint(10, 99)}.{draw.randint(0, 9)}{draw.randint(0, 9)}",
        )[style % 4]

    return make


def _name(locale: Locale, style: int) -> Values:
    return lambda draw: people.full_name(locale, draw, style % 3)


def _free(locale: Locale, style: int) -> Values:
    plain = BENIGN["text"][0]
    return lambda draw: people.note(locale, draw) if draw.random() < 0.8 else plain(draw)


def _iban(locale: Locale, style: int) -> Values:
    return lambda draw: ids.grouped(ids.iban(draw)) if style % 2 else ids.iban(draw)


def _card(locale: Locale, style: int) -> Values:
    return lambda draw: (lambda number: (number, ids.grouped(number), ids.grouped(number, 4, "-"))[style % 3])(ids.card(draw))


def _tax(locale: Locale, style: int) -> Values:
    kinds = list(ids.TAXES.values())
    return kinds[style % len(kinds)]


def _secret(locale: Locale, style: int) -> Values:
    return lambda draw: ids.secret(draw, style % 10)


def _listed(key: str) -> Callable[[Locale, int], Values]:
    def choose(locale: Locale, style: int) -> Values:
        return lambda draw: locale.pick(draw, key)

    return choose


def _shaped(key: str) -> Callable[[Locale, int], Values]:
    def choose(locale: Locale, style: int) -> Values:
        shapes = locale.words[key]
        return lambda draw: ids.pattern(draw, shapes[style % len(shapes)] if style % 3 else draw.choice(shapes))

    return choose


def _always(make: Values) -> Callable[[Locale, int], Values]:
    return lambda locale, style: make


FAMILIES: dict[str, Callable[[Locale, int], Values]] = {
    "first_name": _listed("first"),
    "last_name": lambda locale, style: lambda draw: people.person(locale, draw)[1],
    "person_name": _name,
    "email": lambda locale, style: lambda draw: people.email(locale, draw),
    "phone": _shaped("phone"),
    "street_address": lambda locale, style: lambda draw: people.street(locale, draw),
    "city": _listed("city"),
    "postal_code": _shaped("zip"),
    "geo_coordinate": _geo,
    "date_of_birth": _birth,
    "age": _age,
    "gender": lambda locale, style: _genders(locale, style),
    "religion": _listed("religion"),
    "ethnicity": _listed("ethnicity"),
    "national_id": lambda locale, style: lambda draw: people.identity(locale, draw),
    "us_ssn": _always(ids.ssn),
    "tax_id": _tax,
    "passport": _shaped("passport"),
    "driver_license": _shaped("licence"),
    "license_plate": _shaped("plate"),
    "vin": _always(ids.vin),
    "credit_card": _card,
    "iban": _iban,
    "swift_bic": _always(ids.bic),
    "routing_number": _always(ids.routing),
    "crypto_address": _always(ids.wallet),
    "ipv4": _always(lambda draw: ".".join(str(draw.randint(1, 254)) for _ in range(4))),
    "ipv6": _six,
    "mac_address": _mac,
    "imei": _always(ids.imei),
    "username": lambda locale, style: lambda draw: people.handle(locale, draw),
    "secret": _secret,
    "medical_code": _medical,
    "free_text_pii": _free,
}


def _genders(locale: Locale, style: int) -> Values:
    sets = [words.split() for words in locale.words["gender"]] if any(" " in words for words in locale.words["gender"]) else [locale.words["gender"]]
    chosen = sets[style % len(sets)]
    return lambda draw: draw.choice(chosen)


def _header(draw: random.Random, label: str, locales: list[Locale], locale: Locale) -> tuple[str, str]:
    modes = ("clear", "abbr", "local") if label in NEEDS_HEADER else ("clear", "abbr", "local", "missing", "lying")
    mode = draw.choices(modes, (5, 2, 3, 3, 3)[: len(modes)])[0]
    if mode == "local":
        spoken = locale if draw.random() < 0.8 and label in locale.heads else draw.choice(locales)
        if label not in spoken.heads:
            mode = "clear"
        else:
            return dressed(draw, draw.choice(spoken.heads[label])), mode
    words = {"clear": CLEAR.get(label, []), "abbr": ABBREVIATED.get(label, []), "missing": MISSING, "lying": LYING}[mode]
    return (draw.choice(words).replace("#", str(draw.randint(1, 30))) if mode == "missing" else dressed(draw, draw.choice(words))), mode


def _negative_header(draw: random.Random, name: str, own: str) -> tuple[str, str]:
    mode = "clear" if name in NEEDS_OWN_HEADER else draw.choices(("clear", "missing", "lying"), (6, 2, 2))[0]
    if mode == "clear":
        return dressed(draw, draw.choice(own.split("|"))), mode
    return (
        (draw.choice(MISSING).replace("#", str(draw.randint(1, 30))), mode)
        if mode == "missing"
        else (dressed(draw, draw.choice(LYING_SENSITIVE)), mode)
    )


def _filled(draw: random.Random, make: Values, rows: int, sort: str) -> list[str]:
    nulls, dirt = draw.choice(NULLS), draw.choice((0.0, 0.0, 0.02, 0.08))
    mark = draw.choice(PLACEHOLDERS)
    case = draw.choices(("", "upper", "pad"), (8, 1, 1))[0] if sort != "secret" else ""
    values = []
    for _ in range(rows):
        value = make(draw)
        value = (
            value.upper()
            if case == "upper" and sort in {"first_name", "last_name", "city", "person_name", "street_address"}
            else f" {value} "
            if case == "pad"
            else value
        )
        luck = draw.random()
        values.append(mark if luck < nulls else draw.choice(["test", "?", "TBD", "xxx"]) if luck < nulls + dirt else value)
    return values


def _positive(draw: random.Random, label: str, locales: list[Locale], locale: Locale, rows: int) -> Made:
    header, mode = _header(draw, label, locales, locale)
    # Three signs without a point could be any code: without their header nobody could tell.
    style = 0 if label == "medical_code" and mode in {"missing", "lying"} else draw.randrange(60)
    make = FAMILIES[label](locale, style)
    return Made(label, "positive", None, header, mode, _filled(draw, make, rows, label))


def _negative(draw: random.Random, kind: str, name: str, rows: int) -> Made:
    make, own = (BENIGN if kind == "benign" else HARD | HELD_BACK)[name]
    header, mode = _negative_header(draw, name, own)
    return Made("none", kind, name, header, mode, _filled(draw, make, rows, name))


def tables(locales: list[Locale], hard: list[str], seed: int, count: int) -> list[tuple[Locale, list[Made]]]:
    """Every family, benign kind and hard negative comes round as often as the others."""
    draw = random.Random(seed)
    made = []
    bags: dict[str, list[str]] = {"positive": [], "benign": [], "hard_negative": []}
    source = {"positive": list(FAMILIES), "benign": list(BENIGN), "hard_negative": hard}
    for at in range(count):
        locale = locales[at % len(locales)]
        rows = draw.choice(ROWS)
        columns = []
        for kind, weight in (("positive", draw.randint(2, 5)), ("benign", draw.randint(1, 3)), ("hard_negative", draw.randint(1, 3))):
            for _ in range(weight):
                bags[kind] = bags[kind] or draw.sample(source[kind], len(source[kind]))
                name = bags[kind].pop()
                if kind == "positive" and name == "driver_license" and not locale.has("licence"):
                    locale_of = draw.choice([other for other in locales if other.has("licence")])
                    columns.append(_positive(draw, name, locales, locale_of, rows))
                elif kind == "positive":
                    columns.append(_positive(draw, name, locales, locale, rows))
                else:
                    columns.append(_negative(draw, kind, name, rows))
        draw.shuffle(columns)
        made.append((locale, columns))
    return made


def write(folder: Path, locales: str, seed: int, count: int) -> int:
    """Writes the tables and their labels; answers the number of columns."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for at, (locale, columns) in enumerate(
        tables(people.read(HERE / f"locales_{locales}.txt"), list(HARD if locales == "a" else HARD | HELD_BACK), seed, count)
    ):
        name = f"t{at:04}.csv"
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow([column.header for column in columns])
            out.writerows(zip(*(column.values for column in columns), strict=True))
        for index, column in enumerate(columns):
            entry = {"table": name, "index": index, "kind": column.kind, "neg": column.negative, "label": column.label, "header": column.header}
            lines.append(json.dumps(entry | {"header_mode": column.mode, "locale": locale.name, "rows": len(column.values)}, ensure_ascii=False))
    (folder / "labels.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--locales", choices=("a", "b"), default="a")
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--tables", type=int, default=320)
    options = parser.parse_args()
    sys.stdout.write(f"{write(options.folder, options.locales, options.seed, options.tables)} columns\n")


if __name__ == "__main__":
    main()
