"""REST: datasets, fields, domains, tags, entities and search."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from governance.catalog.api.datasets import Datasets
from governance.catalog.api.feedback import FindingChanges, ReportCard, ThresholdMoves
from governance.catalog.api.fields import Fields
from governance.catalog.api.organising import Domains, Entities, Tags
from governance.catalog.api.searching import Search

router = SimpleRouter()
router.register("datasets", Datasets, basename="dataset")
router.register("fields", Fields, basename="field")
router.register("domains", Domains, basename="domain")
router.register("tags", Tags, basename="tag")
router.register("entities", Entities, basename="entity")
router.register("search", Search, basename="search")
router.register("report-card", ReportCard, basename="report-card")
router.register("finding-changes", FindingChanges, basename="finding-change")
router.register("thresholds", ThresholdMoves, basename="thresholds")
urlpatterns = router.urls
