"""What the admin screens of people, teams, tokens and grants share: services save, and what they refuse is said on the same page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from governance.core.admin_base import GatedAdmin
from governance.core.errors import GovernanceError, NotFound


class ServiceAdmin(GatedAdmin):
    """Rows are written by services; the form only carries what was typed.

    `group` and `page_title` are the page's in the sidebar, `page_lead` says what it is for, `one` what a row is called, `empty_text` what to do while there is none.
    """

    group: ClassVar[str] = "Settings"
    page_title: ClassVar[str]
    page_lead: ClassVar[str]
    one: ClassVar[str]
    empty_text: ClassVar[str]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = {"title": self.page_title, "lead": self.page_lead, "crumbs": [(self.group, ""), (self.page_title, "")]}
        answer: HttpResponse = super().changelist_view(request, {**words, **(extra_context or {})})
        return answer

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        title = str(row) if row is not None else f"Add a {self.one}"
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        words = {"title": title, "subtitle": None, "crumbs": [(self.group, ""), (self.page_title, page), (title, "")]}
        try:
            answer: HttpResponse = super().changeform_view(request, object_id, form_url, {**words, **(extra_context or {})})
        except NotFound:
            raise
        except GovernanceError as error:
            messages.error(request, error.detail)
            return HttpResponseRedirect(request.get_full_path())
        return answer

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().delete_view(request, *args, **kwargs)
        except GovernanceError as error:
            messages.error(request, error.detail)
            return HttpResponseRedirect(request.get_full_path())
        return answer

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service that saved the row saved its relations too."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No bulk deletion: each of these rows is somebody's access."""
        return {}


def shown_once(request: HttpRequest, title: str, secret: str, *, text: str, back: str, back_text: str, crumbs: list[tuple[str, str]]) -> HttpResponse:
    """The page that shows a secret this one time. It is in no message, session or cache."""
    context = {
        **admin.site.each_context(request),
        "title": title,
        "secret": secret,
        "text": text,
        "back": back,
        "back_text": back_text,
        "crumbs": [*crumbs, (title, "")],
    }
    response = TemplateResponse(request, "security/shown_once.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
