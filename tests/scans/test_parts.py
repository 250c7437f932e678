"""A large dataset is read in parts, by several workers, and registered once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from governance.catalog.models import Dataset, Field, ProfileSnapshot
from governance.core.access import SYSTEM
from governance.core.errors import DataUnreadable
from governance.scans import planning
from governance.scans.models import ScanUnit
from governance.sources.connectors.files import Files
from governance.sources.services import create_source
from intelligence import rule_sets
from tests.scans.running import scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A partitioned folder that is read in three parts, as a large one would be."""
    rule_sets.ensure_default()
    for day in range(3):
        lines = [f"{at},person{at}@firm{at % 5}.example,{at % 4}" for at in range(day * 1000, day * 1000 + 1000)]
        folder = tmp_path / "lake" / "people" / f"day={day}"
        folder.mkdir(parents=True)
        (folder / "part.csv").write_text("id,email,kind\n" + "\n".join(lines) + "\n")
    monkeypatch.setattr(Files, "parts", lambda self, dataset: 3)
    monkeypatch.setattr(planning, "LARGE_BYTES", 1)
    return create_source(name="lake", kind="files", config={"path": str(tmp_path / "lake")}, actor=SYSTEM)


def test_parts_are_measured_apart_and_registered_together(source: Any) -> None:
    run = scan(source)
    assert (run.state, run.outcome, run.total, run.done, run.rows) == ("complete", "clean", 4, 4, 3000)
    dataset = Dataset.objects.get(source=source)
    profile = Field.objects.get(dataset=dataset, name="id").profile
    assert dataset.rows == 3000 and profile is not None
    assert (profile["nulls"], profile["distinct"]) == (0, pytest.approx(3000, rel=0.1))
    assert Field.objects.get(dataset=dataset, name="email").family == "email"
    assert ProfileSnapshot.objects.filter(dataset=dataset).count() == 1


def test_what_parts_measured_is_sealed_and_removed_at_the_end(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    whole = ScanUnit.fenced

    def watching(self: ScanUnit, **values: Any) -> None:
        kept.extend([values["sealed"]] if values.get("sealed") else [])
        whole(self, **values)

    monkeypatch.setattr(ScanUnit, "fenced", watching)
    scan(source)
    assert len(kept) == 3 and all(one.startswith(b"g1:") and b"person" not in one for one in kept)
    assert not ScanUnit.objects.exclude(sealed=None).exists()


def test_a_part_that_fails_fails_the_dataset_once(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Files.profile

    def failing(self: Files, dataset: Any, part: tuple[int, int] | None = None) -> Any:
        if part == (1, 3):
            raise DataUnreadable("The file is cut off. Write it again.")
        return whole(self, dataset, part)

    monkeypatch.setattr(Files, "profile", failing)
    run = scan(source)
    assert (run.outcome, run.summary["failed"]) == ("partial", 1)
    error = Dataset.objects.get(source=source).error
    assert error is not None and "The file is cut off" in error["detail"]
