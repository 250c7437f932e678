"""Documents are taken apart into paths, and each path is judged for itself."""

from __future__ import annotations

import json
from typing import Any

from intelligence.classification import Column, classify
from intelligence.classification.nested import heading, unfold


def column(documents: list[Any], kind: str = "json") -> Column:
    return Column("doc", [None if one is None else json.dumps(one) for one in documents], kind)


def paths(documents: list[Any]) -> dict[str, Column]:
    return {one.name: one for one in unfold(column(documents))}


def test_objects_and_lists_become_paths_with_their_kinds() -> None:
    found = paths([{"a": {"b": 1, "c": "x"}, "l": [{"d": 1.5}, {"d": 2}]}, {"a": {"b": 3}}])
    assert {name: one.kind for name, one in found.items()} == {"doc.a.b": "integer", "doc.a.c": "text", "doc.l[].d": "decimal"}
    assert found["doc.a.c"].values == ["x", None] and found["doc.l[].d"].values == [1.5, 2, None]


def test_keys_that_are_data_become_one_path() -> None:
    found = paths([{"users": {f"id{number}": {"devices": {f"dev{number}": {"ip": "1.2.3.4"}}}}} for number in range(100)])
    assert set(found) == {"doc.users.{key}", "doc.users.*.devices.{key}", "doc.users.*.devices.*.ip"}
    assert found["doc.users.{key}"].values[0] == "id0"


def test_keys_with_dots_and_brackets_are_quoted() -> None:
    assert set(paths([{"x.y": {"a[0]": 1}}])) == {'doc["x.y"]["a[0]"]'}
    assert heading('doc["x.y"].mail') == "x.y.mail" and heading("doc.users.*.devices[].ip") == "devices.ip"


def test_documents_inside_of_texts_are_taken_apart_too() -> None:
    assert set(paths([{"raw": json.dumps({"in": {"k": 1}})}])) == {"doc.raw.in.k"}


def test_texts_that_only_look_like_documents_stay_texts() -> None:
    assert unfold(Column("note", ["[sic] he said", "{curly", "plain", None])) == ()
    assert unfold(Column("note", [])) == () and unfold(Column("note", [None, None], "json")) == ()


def test_a_document_that_was_cut_says_nothing_of_what_is_missing() -> None:
    whole = json.dumps({"a": 1, "b": 2})
    assert {one.name: one.values for one in unfold(Column("doc", [whole, whole[:-3]], "json"))} == {"doc.a": [1], "doc.b": [2]}


def test_deep_wide_and_endless_documents_end() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = {"d": deep}
    wide = {f"k{number}": number for number in range(5_000)}
    assert 0 < len(unfold(Column("doc", [deep], "json"))) < 5
    assert set(paths([wide, wide])) == {"doc.{key}", "doc.*"}


def test_a_column_of_documents_is_what_its_most_sensitive_path_is() -> None:
    documents = [{"pay": {"card": "4111111111111111"}, "who": {"email": f"p{number}@firm.example"}, "n": number} for number in range(50)]
    verdict = classify([column(documents)])[0]
    assert verdict.entity == "CREDIT_CARD" and verdict.reason.startswith("At doc.pay.card: ") and "One more of its paths" in verdict.reason
    assert verdict.nested["doc.who.email"].entity == "EMAIL_ADDRESS" and verdict.nested["doc.n"].entity is None
    assert [one[0] for one in verdict.as_json()["nested"]] == ["doc.pay.card", "doc.who.email"]


def test_documents_without_anything_sensitive_hold_nothing() -> None:
    verdict = classify([column([{"n": number, "state": "open"} for number in range(50)])])[0]
    assert (verdict.entity, verdict.reason) == (None, "None of its 2 paths holds anything sensitive.")


def test_a_list_of_addresses_is_a_column_of_addresses() -> None:
    verdict = classify([Column("mails", [[f"a{number}@firm.example", "b@mail.example"] for number in range(50)], "list")])[0]
    assert verdict.entity == "EMAIL_ADDRESS" and not verdict.nested
