"""What was found goes into the catalog, in the transaction that ends the unit."""

from __future__ import annotations

from django.utils import timezone

from governance.catalog.models import Dataset
from governance.catalog.services import record_findings
from governance.core.access import SYSTEM
from governance.core.events.recording import storable
from governance.scans.models import Reading
from governance.scans.snapshot import Snapshot, judged_by


def register(snapshot: Snapshot) -> None:
    """Record the findings, and remember what was read, so that the next scan can skip it."""
    unit, run = snapshot.unit, snapshot.run
    dataset = Dataset.objects.get(pk=unit.dataset_id or 0)
    snapshot.found = record_findings(
        dataset,
        profile=snapshot.profile,
        fields=snapshot.fields,
        scan_id=run.pk,
        settings=snapshot.rules,
        version=run.rule_set,
        actor=SYSTEM,
    )
    Reading.objects.update_or_create(
        source_id=run.source_id,
        key=unit.key,
        defaults={
            "fingerprint": storable(snapshot.info.fingerprint)[:200],
            "rule_set_id": run.rule_set_id,
            "model": judged_by(run.source, snapshot.model),
            "scan_id": run.pk,
            "time": timezone.now(),
        },
    )
