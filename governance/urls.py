"""Every address of the portal, gathered from the apps."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from alerts import api as alerts
from governance import palette
from governance.catalog import api as catalog
from governance.core.api import docs, events
from governance.scans import api as scans
from governance.sources import api as sources
from intelligence import api as intelligence
from monitoring import api as monitoring
from monitoring import health
from security.access import api as access
from security.identity import api as identity
from security.identity.views import change_password

v1 = [
    *identity.urlpatterns,
    *access.urlpatterns,
    *events.urlpatterns,
    *intelligence.urlpatterns,
    *sources.urlpatterns,
    *catalog.urlpatterns,
    *scans.urlpatterns,
    *alerts.urlpatterns,
    *monitoring.urlpatterns,
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("favicon.ico", RedirectView.as_view(url="/static/portal/icon.svg", permanent=True)),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("admin/palette/", admin.site.admin_view(palette.results), name="palette"),
    path("admin/palette/things/", admin.site.admin_view(palette.things), name="palette-things"),
    path("admin/password_change/", change_password),
    path("admin/", admin.site.urls),
    path("api/v1/", include(v1)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", docs.page, name="api-docs"),
]

handler400 = "governance.core.api.problems.bad_request"
handler403 = "governance.core.api.problems.denied"
handler404 = "governance.core.api.problems.missing"
handler500 = "governance.core.api.problems.broken"
