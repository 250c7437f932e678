"""The base of admin screens: what a person sees and may do there is the gate's answer, as everywhere."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from governance.core.access import Action, actor_of, may, visible
from governance.core.subjects import type_of


class GatedAdmin(ModelAdmin):  # type: ignore[misc]
    """`action_to_see`, `action_to_change`, `action_to_add` and `action_to_delete` name what the gate is asked; None means that nobody can do it here."""

    action_to_see: ClassVar[Action] = "view"
    action_to_change: ClassVar[Action | None] = None
    action_to_add: ClassVar[Action | None] = None
    action_to_delete: ClassVar[Action | None] = None
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(actor_of(request), super().get_queryset(request), self.action_to_see)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).is_known

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.action_to_see, obj) if obj is not None else actor_of(request).is_known

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.action_to_change, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.action_to_add, None)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.action_to_delete, obj)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One button saves; what Django offers beside it nobody needs here."""
        shown = {"show_save_and_continue": False, "show_save_and_add_another": False, **(extra_context or {})}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, shown)
        return answer

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Back to the list, with a sentence that does not call a person a user."""
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)  # type: ignore[no-any-return]
        messages.success(request, f"{obj} was saved.")
        return self.response_post_save_change(request, obj)  # type: ignore[no-any-return]

    def response_add(self, request: HttpRequest, obj: Model, post_url_continue: str | None = None) -> HttpResponse:
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, obj, post_url_continue)  # type: ignore[no-any-return]
        messages.success(request, f"{obj} was added.")
        return self.response_post_save_add(request, obj)  # type: ignore[no-any-return]

    def log_addition(self, *args: Any, **kwargs: Any) -> None:
        """Facts are the record; Django's own admin log is not kept beside it."""

    log_change = log_addition
    log_deletions = log_addition

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponseBase:
        """The history of a row are its facts."""
        kind = type_of(self.model)
        query = urlencode({"subject_type": kind.name if kind else self.opts.model_name, "subject_id": object_id})
        return HttpResponseRedirect(f"{reverse('admin:core_event_changelist')}?{query}")

    @staticmethod
    def _may(request: HttpRequest, action: Action | None, obj: Model | None) -> bool:
        return action is not None and may(actor_of(request), action, obj)
