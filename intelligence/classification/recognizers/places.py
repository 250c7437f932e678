"""Positions on the globe."""

from __future__ import annotations

from collections.abc import Sequence

from intelligence.classification.preparation import Facts
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.types import Evidence

LATITUDE = r"-?([0-8]?\d(\.\d+)?|90(\.0+)?)"
LONGITUDE = r"-?((1[0-7]\d|0?\d?\d)(\.\d+)?|180(\.0+)?)"


class CoordinatePair(Recognizer):
    entity = "GEO_COORDINATE"
    family = "geo_coordinate"
    label = "a geographic position"
    pattern = rf"[(\[]? ?{LATITUDE}°?( ?[,;] ?| ){LONGITUDE}°? ?[)\]]?"
    agreement = 6.4
    share = 0.85
    in_text = r"-?\b\d{1,2}\.\d{4,},\s?-?\d{1,3}\.\d{4,}\b"
    examples = ("48.858370,2.294481", "(-33.887868, 94.450138)", "52.5200; 13.4050")
    counter_examples = ("459.403,775.748", "1,2,3", "12.5")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Pairs of sensor readings look alike; positions have decimals, and more than one of them is beyond ninety."""
        evidence = super().score(name, facts, matches, looked)
        if evidence is None or evidence.weight <= 0:
            return evidence
        precise = sum(value.count(".") >= 2 and len(value.rsplit(".", 1)[1].rstrip(")] ")) >= 3 for value in matches) / len(matches)
        return evidence if precise > 0.6 else Evidence(evidence.recognizer, evidence.matched, evidence.distinct, evidence.detail, 0.5)


class WrittenPosition(Recognizer):
    """Degrees and minutes, WKT points, and GeoJSON's order."""

    entity = "GEO_COORDINATE"
    family = "geo_coordinate"
    label = "a geographic position"
    pattern = (
        r"(SRID=\d+;)?POINT ?Z? ?\(-?\d+(\.\d+)? -?\d+(\.\d+)?( -?\d+(\.\d+)?)?\)|\d{1,3}° ?\d{1,2}[′'] ?(\d{1,2}(\.\d+)?[″\"])? ?[NSOEW],? ?(\d{1,3}° ?\d{1,2}[′'] ?(\d{1,2}(\.\d+)?[″\"])? ?[OEW])?"
        r"|geo:-?\d+\.\d+,-?\d+\.\d+.*"
    )
    agreement = 8.5
    examples = ("POINT(2.2945 48.8584)", "48°51'29\"N 2°17'40\"E", "geo:48.8584,2.2945")
    counter_examples = ("POINT", "48 51 29")


class SingleCoordinate(Recognizer):
    """A latitude or a longitude alone; the header has to say so."""

    entity = "GEO_COORDINATE"
    family = "geo_coordinate"
    label = "a latitude or longitude"
    pattern = r"-?(1[0-7]\d|\d{1,2}|180)[.,]\d{2,15}°? ?[NSEWO]?"
    agreement = 0.6
    share = 0.8
    examples = ("48.858370", "-122.4194155", "2.2945 E")
    counter_examples = ("200.5", "48", "1.5.2")
