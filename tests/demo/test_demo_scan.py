"""`manage.py scan` on the demo estate's files and databases, and `manage.py demo` itself."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from governance.demo.estate import DATABASE, READER, Estate
from tests.portal import ROOT, Portal, until

pytestmark = pytest.mark.destructive


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate of `make demo`, with its PostgreSQL running."""
    made = Estate(tmp_path_factory.mktemp("estate") / "data-demo")
    made.make(lambda text: None)
    cluster = made.cluster()
    cluster.start()
    try:
        yield made
    finally:
        cluster.stop()


def scanned(folder: Path, *targets: str) -> dict[str, Any]:
    """Dataset → field → entity, from `manage.py scan --json` without a running portal."""
    portal = Portal(folder / "data")
    done = portal.manage("scan", *targets, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = {}
    for scan in json.loads(done.stdout)["scans"]:
        for dataset in scan["datasets"]:
            found[dataset["name"]] = {field["name"]: field["entity"] for field in dataset["fields"]}
    return found


def test_the_shop_is_scanned_and_lying_headers_are_seen_through(estate: Estate, tmp_path: Path) -> None:
    port = estate.cluster().port
    found = scanned(tmp_path, f"postgresql://{READER}:{quote(estate.reader_password(), safe='')}@127.0.0.1:{port}/{DATABASE}?sslmode=disable")
    customers, old = found["crm.customers"], found["crm.contacts_old"]
    assert (customers["email"], customers["iban"], customers["birth_date"]) == ("EMAIL_ADDRESS", "IBAN_CODE", "DATE_OF_BIRTH")
    assert (old["email"], old["phone"], old["kommentar"]) == ("PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD")
    assert not any(found["shop.exchange_rates"].values()) and not any(found["shop.order_items"].values())


def test_the_legacy_file_and_the_lake_are_scanned_together(estate: Estate, tmp_path: Path) -> None:
    found = scanned(tmp_path, str(estate.legacy), str(estate.lake))
    assert found["KUNDEN"]["KTO"] == "IBAN_CODE"
    held = {entity for fields in found.values() for entity in fields.values() if entity}
    assert {"EMAIL_ADDRESS", "US_SSN", "CREDIT_CARD"} <= held
    assert sum("clickstream" in name for name in found) == 1, "a partitioned folder is one dataset"


class Demo(Portal):
    def start(self) -> Demo:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self.command("demo"), "--port", str(self.port), "--data-dir", str(self.data_dir)],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        process = self.process
        until(lambda: "is ready at" in self.text() or process.poll() is not None, "the ready line", self.text, 120)
        return self


def test_demo_registers_and_scans_three_sources_and_leaves_nothing_running(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "data")
    try:
        with demo.start().api() as api:
            runs = until(
                lambda: (
                    (found := api.get("/api/v1/scans/").json()["results"])
                    and len(found) == 3
                    and all(run["state"] == "complete" for run in found)
                    and found
                ),
                "three complete scans",
                demo.text,
                240,
            )
            assert [run["outcome"] for run in runs] == ["clean"] * 3
            names = {source["name"] for source in api.get("/api/v1/sources/").json()["results"]}
        assert names == {"This portal", "Shop", "Legacy invoicing", "Data lake"}
    finally:
        demo.stop()
    left = [one for one in demo.processes() if one.pid != os.getpid()]
    assert not left, left
