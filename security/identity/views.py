"""Pages about oneself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from unfold.forms import AdminOwnPasswordChangeForm

from governance.core.access import actor_of
from governance.core.events import record


class OwnPassword(PasswordChangeView):
    """The admin's page to change one's own password; that it changed is a fact. Other sessions of the person end."""

    form_class = AdminOwnPasswordChangeForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**admin.site.each_context(self.request), **kwargs)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            record("identity.password.changed", form.user, actor=actor_of(self.request))
        return response


def change_password(request: HttpRequest) -> HttpResponseBase:
    return admin.site.admin_view(OwnPassword.as_view())(request)
