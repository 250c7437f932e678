"""Bringing descriptions, owners, tags and decisions in from a CSV file: first what would change, then the change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from governance.catalog import services
from governance.catalog.services import exchange, unread
from governance.core.access import actor_of
from governance.core.admin_pages import page
from governance.core.errors import GovernanceError, InvalidInput

COLUMNS = {"of_datasets": exchange.OF_DATASETS, "of_fields": exchange.OF_FIELDS, "from_scans": unread.FROM_SCANS}
LARGEST = 8 * 1024 * 1024


@page("catalog-import/", "catalog_import", "Import", "catalog/import.html")
def importing(request: HttpRequest) -> dict[str, Any] | HttpResponseBase:
    """A dry run of the file that was sent; its text comes back with the page, so that nothing is kept in between."""
    context: dict[str, Any] = {"crumbs": [("Datasets", reverse("admin:catalog_dataset_changelist")), ("Import", "")], **COLUMNS}
    if request.method != "POST":
        return context
    try:
        text = _text(request)
        if "apply" in request.POST:
            report = services.import_csv(text, partial="partial" in request.POST, actor=actor_of(request))
            if report.applied:
                messages.success(request, f"{report.changed} line{'s were' if report.changed > 1 else ' was'} written.")
                if not (report.ignored or report.failed):
                    return HttpResponseRedirect(reverse("admin:catalog_dataset_changelist"))
                # What was left out is told once more, now that the rest is written.
                return context | {"report": report}
        else:
            report = services.import_csv(text, dry_run=True, actor=actor_of(request))
    except GovernanceError as error:
        messages.error(request, error.detail)
        return context
    return context | {"report": report, "text": text}


def _text(request: HttpRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        if text := request.POST.get("text", ""):
            return text
        raise InvalidInput("Choose a CSV file first.")
    if (file.size or 0) > LARGEST:
        raise InvalidInput("The file is larger than 8 MB. Use the API, or split it.")
    try:
        text = bytes(file.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The file is not UTF-8. Save it as CSV in UTF-8.") from None
    return text
