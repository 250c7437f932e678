"""The 34 families, the order of sensitivity, and which family an entity belongs to."""

from __future__ import annotations

from typing import Final, Literal, get_args

Sensitivity = Literal["public", "internal", "confidential", "restricted"]

SENSITIVITIES: Final[tuple[Sensitivity, ...]] = get_args(Sensitivity)
"""From the least to the most sensitive."""

FAMILIES: Final[dict[str, tuple[str, Sensitivity]]] = {
    "age": ("Age", "internal"),
    "city": ("City", "internal"),
    "credit_card": ("Payment card number", "restricted"),
    "crypto_address": ("Cryptocurrency address", "confidential"),
    "date_of_birth": ("Date of birth", "confidential"),
    "driver_license": ("Driving licence", "confidential"),
    "email": ("E-mail address", "internal"),
    "ethnicity": ("Ethnicity", "restricted"),
    "first_name": ("First name", "internal"),
    "free_text_pii": ("Personal data in free text", "confidential"),
    "gender": ("Gender", "internal"),
    "geo_coordinate": ("Geographic position", "confidential"),
    "iban": ("IBAN", "confidential"),
    "imei": ("Device number (IMEI)", "internal"),
    "ipv4": ("IPv4 address", "internal"),
    "ipv6": ("IPv6 address", "internal"),
    "last_name": ("Last name", "internal"),
    "license_plate": ("Licence plate", "internal"),
    "mac_address": ("MAC address", "internal"),
    "medical_code": ("Medical code", "restricted"),
    "national_id": ("National identity number", "restricted"),
    "passport": ("Passport number", "restricted"),
    "person_name": ("Person's name", "internal"),
    "phone": ("Telephone number", "internal"),
    "postal_code": ("Postal code", "internal"),
    "religion": ("Religion", "restricted"),
    "routing_number": ("Bank routing number", "confidential"),
    "secret": ("Secret or key", "restricted"),
    "street_address": ("Street address", "confidential"),
    "swift_bic": ("Bank code (BIC)", "internal"),
    "tax_id": ("Tax number", "confidential"),
    "us_ssn": ("US social security number", "restricted"),
    "username": ("User name", "internal"),
    "vin": ("Vehicle number (VIN)", "internal"),
}
"""Family → (label for people, sensitivity unless a rule set says otherwise)."""

GENERIC: Final[dict[str, str]] = {
    "age": "AGE",
    "city": "CITY",
    "credit_card": "CREDIT_CARD",
    "crypto_address": "CRYPTO",
    "date_of_birth": "DATE_OF_BIRTH",
    "driver_license": "DRIVER_LICENSE",
    "email": "EMAIL_ADDRESS",
    "ethnicity": "ETHNICITY",
    "first_name": "FIRST_NAME",
    "free_text_pii": "FREE_TEXT_PII",
    "gender": "GENDER",
    "geo_coordinate": "GEO_COORDINATE",
    "iban": "IBAN_CODE",
    "imei": "IMEI",
    "ipv4": "IPV4_ADDRESS",
    "ipv6": "IPV6_ADDRESS",
    "last_name": "LAST_NAME",
    "license_plate": "LICENSE_PLATE",
    "mac_address": "MAC_ADDRESS",
    "medical_code": "MEDICAL_CODE",
    "national_id": "NATIONAL_ID",
    "passport": "PASSPORT",
    "person_name": "PERSON",
    "phone": "PHONE_NUMBER",
    "postal_code": "POSTAL_CODE",
    "religion": "RELIGION",
    "routing_number": "ABA_ROUTING_NUMBER",
    "secret": "SECRET",
    "street_address": "STREET_ADDRESS",
    "swift_bic": "SWIFT_BIC",
    "tax_id": "TAX_ID",
    "us_ssn": "US_SSN",
    "username": "USERNAME",
    "vin": "VIN",
}
"""The entity of a family that names no country or provider."""

IDENTITIES: Final[frozenset[str]] = frozenset(
    {"first_name", "last_name", "person_name", "email", "phone", "username", "street_address", "date_of_birth"}
)
"""Families whose presence says that the rows of a table are people."""


def label(family: str) -> str:
    """The family's name for people; a family of somebody's own is shown as it is spelt."""
    return FAMILIES[family][0] if family in FAMILIES else family.replace("_", " ").capitalize()


def sensitivity(family: str | None) -> Sensitivity:
    """Default sensitivity; `public` where nothing sensitive was found, `confidential` for a family of somebody's own."""
    if family is None:
        return "public"
    return FAMILIES[family][1] if family in FAMILIES else "confidential"


def rank(value: str) -> int:
    """Position in the order of sensitivity, 0 for public; anything unknown counts as restricted."""
    return SENSITIVITIES.index(value) if value in SENSITIVITIES else len(SENSITIVITIES) - 1


def most_sensitive(values: list[Sensitivity]) -> Sensitivity:
    """The highest of them; `public` for none."""
    return max(values, key=rank, default="public")
