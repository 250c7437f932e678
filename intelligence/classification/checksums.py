"""Checksums that a recognizer of one's own may ask for; python-stdnum computes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stdnum import damm, luhn, verhoeff
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10, mod_97_10


@dataclass(frozen=True, slots=True)
class Checksum:
    """`title` as people know it; `valid` takes letters and digits without separators."""

    title: str
    valid: Callable[[str], object]

    def is_valid(self, text: str) -> bool:
        compact = "".join(char for char in text.upper() if char.isalnum())
        try:
            return bool(compact and self.valid(compact))
        except (ValidationError, ValueError):
            return False


CHECKSUMS: Final[dict[str, Checksum]] = {
    "luhn": Checksum("Luhn's check", luhn.is_valid),
    "mod_97_10": Checksum("the check modulo 97 (ISO 7064)", mod_97_10.is_valid),
    "mod_11_10": Checksum("the check modulo 11, 10 (ISO 7064)", mod_11_10.is_valid),
    "verhoeff": Checksum("Verhoeff's check", verhoeff.is_valid),
    "damm": Checksum("Damm's check", damm.is_valid),
}
