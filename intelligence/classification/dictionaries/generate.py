"""Writes places.txt: names of places out of the geographical data that the package phonenumbers carries (Apache License 2.0).

python -m intelligence.classification.dictionaries.generate
"""

from __future__ import annotations

import re
from pathlib import Path

from phonenumbers.geodata import GEOCODE_DATA

from intelligence.classification.headers import fold

HERE = Path(__file__).parent
REGION = re.compile(r"\s+-\s+[A-Z]{2}$")
EXTRA = re.compile(r"\(.*?\)|（.*?）")
GENERIC = frozenset(["state", "province", "county", "region", "district", "city", "department", "north", "south", "east", "west", "central", "the"])


def places() -> list[str]:
    """Folded names without the region that the data put behind a comma or a dash."""
    found: set[str] = set()
    for texts in GEOCODE_DATA.values():
        for text in texts.values():
            name = REGION.sub("", EXTRA.sub("", text.split(",")[0]))
            for part in re.split(r"[/&;]| and ", name):
                word = fold(" ".join(part.split()))
                if 2 <= len(word) <= 40 and not any(char.isdigit() for char in word) and not set(word.split()) <= GENERIC:
                    found.add(word)
    return sorted(found)


if __name__ == "__main__":
    (HERE / "places.txt").write_text("\n".join(places()) + "\n", encoding="utf-8")
