"""DataProfiler's structured labeler over labelled tables.

python run_profiler.py FOLDER PREDICTIONS.jsonl      (in the environment that benchmarks/peers makes)
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

SAMPLE, SHARE = 20, 0.5
FAMILIES = {
    "ADDRESS": "street_address", "BAN": "iban", "CREDIT_CARD": "credit_card", "DRIVERS_LICENSE": "driver_license", "EMAIL_ADDRESS": "email", "HASH_OR_KEY": "secret",
    "IPV4": "ipv4", "IPV6": "ipv6", "MAC_ADDRESS": "mac_address", "PERSON": "person_name", "PHONE_NUMBER": "phone", "SSN": "us_ssn",
}  # fmt: skip


def main() -> None:
    import dataprofiler

    labeler = dataprofiler.DataLabeler(labeler_type="structured")
    folder = Path(sys.argv[1])
    asked, texts = [], []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names, *rows = list(csv.reader(file))
        for index, name in enumerate(names):
            values = list(dict.fromkeys(row[index].strip() for row in rows if index < len(row) and row[index].strip()))[:SAMPLE]
            asked.append((path.name, index, name, len(texts), len(values)))
            texts.extend(values)
    said = [str(label) for label in labeler.predict(texts)["pred"]]
    with Path(sys.argv[2]).open("w") as out:
        for table, index, name, start, count in asked:
            votes = Counter(FAMILIES[label] for label in said[start : start + count] if label in FAMILIES)
            family, most = votes.most_common(1)[0] if votes else ("none", 0)
            out.write(
                json.dumps({"table": table, "index": index, "column": name, "pred": family if most >= SHARE * max(1, count) else "none"}) + "\n"
            )


if __name__ == "__main__":
    main()
