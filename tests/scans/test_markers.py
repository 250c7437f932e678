"""No raw value is stored anywhere: marked values are planted in sources, scanned, looked at in every way, and then searched for everywhere."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.portal import Portal, until

pytestmark = pytest.mark.stack
WORD = "zqxjkvmarker"
NUMBERS = ("8675309424277", "7777123498765")
"""Parts of values; the portal must keep none of them."""
MARKERS = (WORD, *NUMBERS)


def database(path: Path) -> Path:
    """Marked values in columns that are sensitive, that are not, and of which one cannot tell."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE people (id INTEGER, email TEXT, full_name TEXT, remark TEXT, code TEXT, account INTEGER, extra TEXT, raw BLOB)"
        )
        for at in range(300):
            row = (
                *(at, f"{WORD}{at}@firm.example", f"{WORD.title()}{at} Miller", f"Call {WORD} {at} about the invoice", f"{WORD}-{at % 100}"),
                *(int(NUMBERS[0]) + at, json.dumps({"phone": f"+49 30 {NUMBERS[1]}", "who": WORD}), f"{WORD}{at}".encode()),
            )
            connection.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        # The same address on every row: a top value with a high count.
        connection.execute("CREATE TABLE repeated (id INTEGER, contact_email TEXT)")
        connection.executemany("INSERT INTO repeated VALUES (?, ?)", [(at, f"{WORD}@same.example") for at in range(200)])
    connection.close()
    return path


def lake(folder: Path) -> Path:
    """Files that can be read, and files whose broken parts carry a marker into the error messages."""
    folder.mkdir()
    (folder / "people.csv").write_text("id,email\n" + "".join(f"{at},{WORD}{at}@firm.example\n" for at in range(100)))
    ragged = "".join(f"{at},x\n" if at % 3 else f'{at},"{WORD}\n' for at in range(50))
    (folder / "ragged.csv").write_text("id,value\n1,2\n" + ragged)
    (folder / "broken.parquet").write_bytes(b"PAR1" + WORD.encode() * 20)
    (folder / "lines.jsonl").write_text("\n".join([json.dumps({"id": 1, "name": WORD}), f'{{"id": 2, "name": "{WORD}'] * 20))
    return folder


def scan(api: httpx.Client, portal: Portal, kind: str, path: Path) -> Any:
    source = api.post("/api/v1/sources/", json={"name": f"marked {kind}", "kind": kind, "config": {"path": str(path)}}).json()
    api.post(f"/api/v1/sources/{source['id']}/check/")
    run = api.post("/api/v1/scans/", json={"source": source["id"]}).json()
    done = until(
        lambda: (found := api.get(f"/api/v1/scans/{run['id']}/").json())["state"] not in ("queued", "running") and found, "the scan", portal.text
    )
    assert done["state"] == "complete", done
    return done


def use(api: httpx.Client, browser: httpx.Client, run: Any) -> None:
    """What people do with what was found: pages, previews, decisions, searches, exports."""
    datasets = api.get(f"/api/v1/datasets/?source={run['source']}").json()["results"]
    assert datasets
    for dataset in datasets:
        api.get(f"/api/v1/datasets/{dataset['id']}/preview/?rows=50")
        browser.get(f"/admin/catalog/dataset/{dataset['id']}/change/")
        for field in api.get(f"/api/v1/datasets/{dataset['id']}/fields/").json()["results"]:
            detail = api.get(f"/api/v1/fields/{field['id']}/")
            shown = detail.text + browser.get(f"/admin/catalog/field/{field['id']}/change/").text
            assert not any(marker in shown.lower() for marker in MARKERS)
            api.post(f"/api/v1/fields/{field['id']}/decision/", json={"verdict": "set", "entity": "EMAIL_ADDRESS", "reason": "seen"})
    for page in (f"/admin/scans/scanrun/{run['id']}/change/", f"/admin/sources/source/{run['source']}/change/", "/admin/"):
        assert WORD not in browser.get(page).text.lower()
    for address in (f"/api/v1/scans/{run['id']}/units/", "/api/v1/datasets/export/", "/api/v1/events/?limit=500"):
        answer = api.get(address)
        assert answer.status_code == 200 and not any(marker in answer.text.lower() for marker in MARKERS), address


def test_marked_values_are_found_nowhere(portal: Portal, tmp_path: Path) -> None:
    api, browser = portal.api(), portal.client()
    runs = [scan(api, portal, "sqlite", database(tmp_path / "crm.db")), scan(api, portal, "files", lake(tmp_path / "lake"))]
    assert [run["progress"]["done"] > 0 for run in runs] == [True, True]
    for run in runs:
        use(api, browser, run)
    # What people decided holds when the source is read again, and its profile is masked for it.
    again = api.post("/api/v1/scans/", json={"source": runs[0]["source"], "is_full": True}).json()
    until(lambda: api.get(f"/api/v1/scans/{again['id']}/").json()["state"] == "complete", "the second scan", portal.text)
    assert in_tables(portal) == []
    assert in_files(portal) == []
    # The search itself finds what is there: names are kept, and commands are logged.
    assert any("sources_source" in line for line in in_tables(portal, ("marked sqlite",)))
    assert in_files(portal, ("celery",))


def in_tables(portal: Portal, markers: tuple[str, ...] = MARKERS) -> list[str]:
    """Tables with a row that holds a marker in any column, as text or as bytes."""
    code = f"""
from django.db import connection
markers = {markers!r}
with connection.cursor() as cursor:
    cursor.execute("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
    tables = [name for (name,) in cursor.fetchall()]
    print(len(tables), 'tables')
    for table in tables:
        for marker in markers:
            for form in (marker, marker.encode().hex()):
                cursor.execute(f"SELECT count(*) FROM {{table}} AS t WHERE t::text ILIKE %s", ['%' + form + '%'])
                if cursor.fetchone()[0]:
                    print('FOUND', table, form)
"""
    answer = portal.manage("shell", "--verbosity", "0", "-c", code)
    lines = answer.stdout.splitlines()
    assert lines and int(lines[0].split()[0]) > 30, answer.stdout + answer.stderr
    return [line for line in lines if line.startswith("FOUND")]


def in_files(portal: Portal, markers: tuple[str, ...] = MARKERS) -> list[str]:
    """Valkey's files, logs and everything else below DATA_DIR but the database's own files, and what the terminal has shown."""
    folders = [portal.data_dir / name for name in ("valkey", "logs", "artifacts", "metrics")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()] + [portal.output]
    assert any(path.suffix == ".aof" for path in files) and any(path.name == "worker.log" for path in files)
    return [f"{path.name}: {marker}" for path in files for marker in markers if marker.encode() in path.read_bytes().lower()]
