"""Addresses of machines and devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from intelligence.classification.preparation import Facts
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.types import Evidence

OCTET: Final = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"


class IPv4(Recognizer):
    entity = "IPV4_ADDRESS"
    family = "ipv4"
    label = "an IPv4 address"
    pattern = rf"{OCTET}(\.{OCTET}){{3}}(/([12]?\d|3[0-2])|:\d{{2,5}})?"
    agreement = 8.5
    in_text = rf"\b{OCTET}(?:\.{OCTET}){{3}}\b"
    examples = ("203.0.113.7", "10.1.2.3", "198.51.100.24/28")
    counter_examples = ("10.6.1.3192", "300.1.2.3", "1.2.3", "01.02.03.04")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Versions (`4.1.4.8066`, `2.0.1.7`) look alike: their numbers are small, or too large in some rows."""
        evidence = super().score(name, facts, matches, without(looked, len(matches), _sixes(facts)))
        if evidence is None or evidence.weight <= 0:
            return evidence
        parts = [[int(part) for part in value.split("/")[0].split(":")[0].split(".")] for value in matches]
        small = sum(max(part[1:]) < 30 for part in parts) / len(parts)
        longer = sum(text.count(".") == 3 and text.replace(".", "").isdigit() for text in facts.texts) - len(matches)
        if small > 0.5 or longer > 0.25 * looked:
            return replace(evidence, weight=0.5, detail=f"{evidence.detail}, or a version")
        return evidence


class IPv6(Recognizer):
    entity = "IPV6_ADDRESS"
    family = "ipv6"
    label = "an IPv6 address"
    pattern = r"[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}(\.\d{1,3}){0,3}(%\w+)?(/\d{1,3})?"
    agreement = 4.0
    luck = 0.05
    proof = 5.5
    failure = -12.0
    in_text = r"(?i)\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b|\b(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}"
    examples = ("2001:db8::1", "81ac:6045:cb3c:83a4:e8a0:1d51:bd22:6d26", "fe80::1%eth0")
    counter_examples = ("12:30:45", "c3:b0:46:11:10:ef", "1:2:3:4", "gggg::1")

    def is_valid(self, value: str) -> bool:
        return _is_six(value)

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        return super().score(name, facts, matches, without(looked, len(matches), _fours(facts)))


def without(looked: int, matched: int, others: int) -> int:
    """Values of the other version do not speak against an address column of this one, as long as they are fewer."""
    return looked - others if others < matched else looked


def _is_six(value: str) -> bool:
    try:
        IPv6Address(value.split("/")[0])
    except AddressValueError:
        return False
    return True


def _sixes(facts: Facts) -> int:
    return sum(text.count(":") > 1 and _is_six(text) for text in facts.texts)


def _fours(facts: Facts) -> int:
    return sum(text.count(".") == 3 and text.replace(".", "").isdigit() for text in facts.texts)


class MacAddress(Recognizer):
    entity = "MAC_ADDRESS"
    family = "mac_address"
    label = "a MAC address"
    pattern = r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}([:][0-9A-Fa-f]{2}){0,2}|[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}"
    agreement = 9.0
    in_text = r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b"
    examples = ("c3:b0:46:11:10:ef", "8D-30-DC-CA-52-8D", "001b.2c73.03ff")
    counter_examples = ("12:30:45", "c3:b0:46:11:10", "54b47abd3a8a")


class BareMac(Recognizer):
    """Twelve hexadecimal digits: a MAC address only if the header says so."""

    entity = "MAC_ADDRESS"
    family = "mac_address"
    label = "a MAC address without separators"
    pattern = r"[0-9A-F]{12}|[0-9a-f]{12}"
    agreement = 0.3
    examples = ("54B47ABD3A8A", "001b2c7303ff")
    counter_examples = ("54B47ABD3A8", "54b47abd3a8G")


class Imei(Recognizer):
    entity = "IMEI"
    family = "imei"
    label = "an IMEI"
    pattern = r"(01|35|86|98|99|45|50|51|52|53|54|33|44|49|91)\d{6}[- ]?\d{6}[- ]?\d|\d{2}-\d{6}-\d{6}-\d"
    agreement = 1.6
    luck = 0.1
    proof = 5.0
    failure = -5.0
    examples = ("490154203237518", "356938035643809", "35-693803-564380-9")
    counter_examples = ("490154203237519", "123456789012345", "35693803564380")

    def is_valid(self, value: str) -> bool:
        return luhn(value)


def luhn(value: str) -> bool:
    """The check digit of cards and devices; anything but digits is skipped."""
    total = 0
    for at, digit in enumerate(reversed([int(char) for char in value if char.isdigit()])):
        total += digit if at % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2)
    return total % 10 == 0
