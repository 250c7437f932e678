"""The catalog as CSV, out and in."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from governance.catalog.models import Dataset, Decision, Domain, Field
from governance.catalog.services import decide, edit_dataset
from governance.core.access import SYSTEM
from governance.core.models import Event
from tests.factories import api_client, make_dataset, make_field, make_source, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    return api_client(make_user("administrator", name="ada"))


def exported(client: Any, query: str = "") -> str:
    answer = client.get(f"/api/v1/datasets/export/{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def send(client: Any, text: str, **options: Any) -> Any:
    return client.post("/api/v1/datasets/import/", {"csv": text, **options}, format="json")


def line(dataset: Dataset, **cells: str) -> str:
    row = {"source": dataset.source.name, "dataset": dataset.key, **cells}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue()


def test_an_export_that_is_sent_back_changes_nothing(client: Any) -> None:
    field = decide(make_field(), verdict="confirm", actor=SYSTEM)
    edit_dataset(
        field.dataset,
        description='=1+1 "quoted", – ünï\nsecond line',
        domain=Domain.objects.create(name="Sales").pk,
        owner_teams=[make_team("A-Team").pk],
        actor=SYSTEM,
    )
    facts = Event.objects.filter(type="catalog.dataset.edited").count()
    report = send(client, exported(client)).json()
    assert (report["total"], report["changed"], report["failed"], report["lines"]) == (3, 0, 0, [])
    assert Event.objects.filter(type="catalog.dataset.edited").count() == facts


@pytest.mark.parametrize(
    "name", [" spaced ", "'=quoted", "''=twice", "=formula", "com,ma", 'qu"ote', "line\nbreak", "'plain", "a;=1", "semi;colon", "- one\n- two"]
)
def test_strange_names_and_texts_survive_the_way_out_and_in(client: Any, name: str) -> None:
    edit_dataset(make_dataset(name=name, fields=(name,)), description=name, actor=SYSTEM)
    report = send(client, exported(client)).json()
    assert (report["total"], report["changed"], report["failed"]) == (2, 0, 0)


def test_an_export_names_what_people_said_and_decided(client: Any) -> None:
    field = decide(make_field(), verdict="reject", reason="test rows", actor=SYSTEM)
    text = exported(client)
    assert text.startswith('\ufeff"source","dataset","field",')
    row = next(one for one in lines(text) if one["field"] == "email")
    assert (row["verdict"], row["entity"], row["reason"], row["suggested"]) == ("reject", "EMAIL_ADDRESS", "test rows", "EMAIL_ADDRESS")
    assert "a•••" not in text and field.evidence["examples"]  # type: ignore[index]


def test_an_export_holds_what_the_filters_name(client: Any) -> None:
    make_dataset(name="orders")
    make_dataset(name="people")
    assert {one["dataset"] for one in lines(exported(client, "?search=orders"))} == {"main.orders"}


def test_findings_are_exported_under_filters_and_can_be_sent_back(client: Any) -> None:
    decide(make_field(), verdict="confirm", actor=SYSTEM)
    make_field(name="card", family="credit_card")
    answer = client.get("/api/v1/fields/export/?family=email")
    text = b"".join(answer.streaming_content).decode()
    assert [one["field"] for one in lines(text)] == ["email"]
    assert send(client, text).json()["changed"] == 0
    assert Event.objects.filter(type="catalog.exported").count() == 1


def test_lines_that_change_nothing_cost_no_query_each(client: Any, django_assert_max_num_queries: Any) -> None:
    make_dataset(fields=tuple(f"c{at}" for at in range(150)))
    text = exported(client)
    with django_assert_max_num_queries(40):
        assert send(client, text).json()["total"] == 151


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n=", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(client: Any, start: str) -> None:
    make_dataset(make_source(name=f"{start}cmd"), name=f"{start}SUM(A1)", fields=(f"{start}x",), description=f"{start}1+1")
    for row in lines(exported(client)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) for cell in row.values())


def test_an_import_writes_what_differs(client: Any) -> None:
    field, owner = make_field(), make_user(name="grace")
    text = line(field.dataset, field="", description="All of them", owners="grace", tags="pii; gdpr", certification="certified")
    assert send(client, text).json()["applied"] is True
    dataset = Dataset.objects.get()
    assert (dataset.description, list(dataset.owners.all()), sorted(one.name for one in dataset.tags.all())) == (
        "All of them",
        [owner],
        ["gdpr", "pii"],
    )
    assert send(client, line(field.dataset, field="email", verdict="set", entity="USERNAME")).json()["changed"] == 1
    assert Field.objects.get(name="email").entity == "USERNAME"
    assert Event.objects.filter(type="catalog.imported").count() == 2


def test_a_dry_run_tells_and_writes_nothing(client: Any) -> None:
    dataset = make_dataset()
    report = send(client, line(dataset, description="New"), dry_run=True).json()
    assert report["lines"] == [
        {
            "line": 2,
            "dataset": "main." + dataset.name,
            "field": "",
            "changes": {"description": {"before": "", "after": "New"}},
            "errors": [],
            "ignored": [],
        }
    ]
    assert report["applied"] is False and Dataset.objects.get().description == ""
    assert not Event.objects.filter(type__in=["catalog.imported", "catalog.dataset.edited"]).exists()


def test_one_bad_line_keeps_all_from_being_written_unless_it_is_asked_for(client: Any) -> None:
    dataset = make_dataset()
    text = line(dataset, description="New") + f"{dataset.source.name},main.nowhere,Lost\r\n"
    refused = send(client, text)
    assert refused.status_code == 400 and refused.json()["lines"][1]["errors"] != []
    assert refused.json()["lines"][1]["line"] == 3 and Dataset.objects.get().description == ""
    assert send(client, text, partial=True).json()["applied"] is True
    assert Dataset.objects.get().description == "New"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "first line"),
        ("dataset,field\nx,y\n", "source and dataset"),
        ("source,dataset,colour\na,b,c\n", "colour"),
        ("source,dataset,source\na,b,c\n", "twice"),
        ('source,dataset\n"a,b\n', "CSV"),
        ("source,dataset\na,b,c\n", "3 cells"),
    ],
)
def test_what_is_no_catalog_csv_is_refused_with_a_reason(client: Any, text: str, reason: str) -> None:
    answer = send(client, text)
    assert answer.status_code == 400 and reason in answer.json()["detail"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"owners": "nobody"}, "person"),
        ({"domain": "nowhere"}, "domain"),
        ({"certification": "gold"}, "certification"),
        ({"field": "missing", "description": "x"}, "no field"),
        ({"field": "email", "verdict": "maybe"}, "verdict"),
        ({"field": "email", "verdict": "set", "entity": "NONSENSE"}, "entity"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(client: Any, cells: dict[str, str], reason: str) -> None:
    report = send(client, line(make_field().dataset, **cells)).json()
    assert report["failed"] == 1 and reason in report["lines"][0]["errors"][0] and report["lines"][0]["line"] == 2


def test_an_empty_verdict_takes_no_decision_back(client: Any) -> None:
    field = decide(make_field(), verdict="confirm", actor=SYSTEM)
    assert send(client, line(field.dataset, field="email", verdict="", entity="", description="note")).json()["changed"] == 1
    assert Decision.objects.filter(undone=None).count() == 1


def test_an_import_changes_only_what_its_sender_may_change() -> None:
    mine, other = make_dataset(name="mine"), make_dataset(name="other")
    text = line(mine, description="x") + f"{other.source.name},{other.key},y\r\n"
    report = send(api_client(make_user("steward", mine)), text, partial=True).json()
    assert (report["changed"], report["failed"]) == (1, 1)
    assert "may not see" in report["lines"][1]["errors"][0] and Dataset.objects.get(name="other").description == ""
    assert send(api_client(make_user("viewer")), line(mine, description="z")).json()["failed"] == 1


def test_a_file_in_another_encoding_is_refused(client: Any) -> None:
    file = io.BytesIO("source,dataset,description\nä,b,c\n".encode("latin-1"))
    file.name = "catalog.csv"
    answer = client.post("/api/v1/datasets/import/", {"file": file}, format="multipart")
    assert answer.status_code == 400 and "UTF-8" in answer.json()["detail"]


@pytest.mark.parametrize("column", ["owners", "teams", "domain", "certification"])
def test_what_belongs_to_datasets_is_told_as_ignored_on_the_line_of_a_field(client: Any, column: str) -> None:
    field = make_field()
    report = send(client, line(field.dataset, field="email", description="theirs", **{column: "certified"})).json()
    assert (report["changed"], report["failed"], report["ignored"]) == (1, 0, 1)
    assert column in report["lines"][0]["ignored"][0] and "dataset's own line" in report["lines"][0]["ignored"][0]


@pytest.mark.parametrize("column", ["verdict", "entity", "reason"])
def test_what_belongs_to_fields_is_told_as_ignored_on_the_line_of_a_dataset(client: Any, column: str) -> None:
    report = send(client, line(make_field().dataset, field="", **{column: "confirm"})).json()
    assert (report["changed"], report["ignored"]) == (0, 1) and "line of a field" in report["lines"][0]["ignored"][0]


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"entity": "IBAN_CODE"}, "entity"),
        ({"verdict": "confirm", "entity": "IBAN_CODE"}, "entity"),
        ({"reason": "because"}, "reason"),
        ({"sensitivity": "public", "type": "blob", "suggested": "IP_ADDRESS", "score": "0.11"}, "type, sensitivity, suggested and score"),
    ],
)
def test_cells_of_a_field_that_change_nothing_are_told(client: Any, cells: dict[str, str], word: str) -> None:
    report = send(client, line(make_field().dataset, field="email", **cells), dry_run=True).json()
    (told,) = report["lines"][0]["ignored"]
    assert told.startswith(word) and "ignored" in told and "entity" not in report["lines"][0]["changes"]


def test_a_reason_with_its_decision_is_kept_and_not_called_ignored(client: Any) -> None:
    report = send(client, line(make_field().dataset, field="email", verdict="confirm", reason="seen")).json()
    assert report["ignored"] == 0 and Decision.objects.get().reason == "seen"
