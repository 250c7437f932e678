"""Codes of diagnoses, procedures, drugs and those who prescribe them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stdnum import luhn, verhoeff

from intelligence.classification.preparation import Facts
from intelligence.classification.recognizers.base import Recognizer
from intelligence.classification.types import Evidence


class Icd10(Recognizer):
    entity = "ICD10_CODE"
    family = "medical_code"
    label = "an ICD-10 code"
    pattern = r"[A-TV-Z]\d[0-9AB](\.[0-9A-TV-Z]{1,4})?[+*!]?"
    agreement = 5.0
    examples = ("F09.5", "H80", "S72.001A", "E10.6")
    counter_examples = ("F9.5", "U99", "12.3", "AB1.2")

    def score(self, name: str, facts: Facts, matches: Sequence[str], looked: int) -> Evidence | None:
        """Shelf places like `A12` look alike: without a single dotted code only the header decides."""
        evidence = super().score(name, facts, matches, looked)
        if evidence is None or evidence.weight <= 0 or sum("." in value for value in matches) > 0.2 * len(matches):
            return evidence
        return replace(evidence, weight=0.8)


class BareIcd10(Recognizer):
    entity = "ICD10_CODE"
    family = "medical_code"
    label = "an ICD-10 code without its dot"
    pattern = r"[A-TV-Z]\d[0-9AB][0-9A-TV-Z]{0,4}"
    agreement = 0.8
    examples = ("F095", "S72001A", "E106")
    counter_examples = ("F9", "1234")


class Icd9(Recognizer):
    entity = "ICD9_CODE"
    family = "medical_code"
    label = "an ICD-9 code"
    pattern = r"(V\d{2}|E\d{3}|\d{3})(\.\d{1,2})?"
    agreement = 0.2
    examples = ("250.01", "V58.69", "401")
    counter_examples = ("25.01", "abc")


class Npi(Recognizer):
    entity = "US_NPI"
    family = "medical_code"
    country = "US"
    label = "a US provider number (NPI)"
    pattern = r"[12]\d{9}"
    agreement = -0.2
    luck = 0.1
    proof = 4.6
    examples = ("1234567893", "1245319599")
    counter_examples = ("1234567894", "3234567893")

    def is_valid(self, value: str) -> bool:
        return bool(luhn.is_valid("80840" + value))


class Dea(Recognizer):
    entity = "MEDICAL_LICENSE"
    family = "medical_code"
    country = "US"
    label = "a US prescriber number (DEA)"
    pattern = r"[A-HJ-MPRSTUX][A-Z9]\d{7}"
    agreement = 1.6
    luck = 0.1
    proof = 4.4
    examples = ("BJ6125341", "AB1234563")
    counter_examples = ("BJ6125342", "BJ612534")

    def is_valid(self, value: str) -> bool:
        digits = [int(char) for char in value[2:]]
        return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


class Ndc(Recognizer):
    entity = "NDC_CODE"
    family = "medical_code"
    label = "a US drug code (NDC)"
    pattern = r"\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2}"
    agreement = 5.0
    examples = ("0777-3105-02", "50580-488-10")
    counter_examples = ("123-45-6789", "1234567890")


class Atc(Recognizer):
    entity = "ATC_CODE"
    family = "medical_code"
    label = "an ATC drug code"
    pattern = r"[ABCDGHJLMNPRSV]\d{2}[A-Z]{2}\d{2}"
    agreement = 6.0
    examples = ("A10BA02", "N02BE01")
    counter_examples = ("E10BA02", "A10BA2")


class Snomed(Recognizer):
    entity = "SNOMED_CODE"
    family = "medical_code"
    label = "a SNOMED CT code"
    pattern = r"[1-9]\d{5,17}"
    agreement = -1.4
    luck = 0.1
    proof = 5.0
    examples = ("22298006", "73211009")
    counter_examples = ("22298007", "1234")

    def is_valid(self, value: str) -> bool:
        return bool(verhoeff.is_valid(value)) and value[-3] in "01"


class Loinc(Recognizer):
    entity = "LOINC_CODE"
    family = "medical_code"
    label = "a LOINC code"
    pattern = r"\d{3,5}-\d"
    agreement = 1.0
    luck = 0.1
    proof = 4.2
    examples = ("2345-7", "718-7", "4548-4")
    counter_examples = ("2345-8", "23457")

    def is_valid(self, value: str) -> bool:
        return bool(luhn.is_valid(value.replace("-", "")))


class ProcedureCode(Recognizer):
    """CPT, HCPCS and other short codes; the header has to say so."""

    entity = "MEDICAL_CODE"
    family = "medical_code"
    label = "a medical code"
    pattern = r"[A-Z]\d{4}|\d{4}[FTU]|\d{5,9}|\d{1,2}-\d{3}(\.[0-9a-z]{1,2})?|\d{3}\.\d{1,2}"
    agreement = 0.2
    examples = ("99213", "J1885", "5-470.1")
    counter_examples = ("hello", "12")


class Diagnosis(Recognizer):
    """Diagnoses in words; the header has to say so."""

    entity = "DIAGNOSIS"
    family = "medical_code"
    label = "a diagnosis"
    pattern = r"\p{L}[\p{L} ,()'’\-0-9]+"
    agreement = -0.5
    examples = ("Type 2 diabetes", "Hypertension")
    counter_examples = ("12", "?")
