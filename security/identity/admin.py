"""Settings: people, teams and tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.auth.models import Group, User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.forms import AuthenticationForm

from governance.core.access import Action, actor_of, may, visible
from governance.core.errors import GovernanceError
from governance.core.templatetags import portal
from security.access.queries import grants_reaching
from security.identity import services, tokens
from security.identity.models import Team, Token
from security.identity.screens import ServiceAdmin, shown_once
from security.identity.token_page import tokens_page

admin.site.unregister(User)
admin.site.unregister(Group)


class SignInForm(AuthenticationForm):  # type: ignore[misc]
    """The theme's form, with words for people."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "The name or the password is wrong. Capitals count in both. Ask an administrator for a new password if you forgot yours.",
    }


admin.site.login_form = SignInForm
CRUMBS = [("Settings", ""), ("People", "/admin/auth/user/")]


@admin.register(User)
class PersonAdmin(ServiceAdmin):
    """People: added with a made-up password that is shown once, changed, deactivated; never deleted, since facts name them."""

    page_title = "People"
    page_lead = "Who may sign in. What they may see and do there is said under Access."
    one = "person"
    empty_text = "Nobody fits. Try another word, or take a filter away."
    action_to_see = "administer"
    action_to_change = "administer"
    action_to_add = "administer"
    list_display = ["username", "full_name", "state", "administrator", "last_seen"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    fields = ["username", "first_name", "last_name", "email", "is_superuser"]
    change_form_outer_after_template = "security/person_after.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/deactivate/", wrap(require_POST(self.deactivate)), name="auth_user_deactivate"),
            path("<int:pk>/activate/", wrap(require_POST(self.activate)), name="auth_user_activate"),
            path("<int:pk>/password/", wrap(require_POST(self.renew_password)), name="auth_user_renew_password"),
        ]
        urls: list[URLPattern] = [*own, *super().get_urls()]
        return urls

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "is_superuser":
            kwargs |= {"label": "Administrator", "help_text": "May do everything everywhere; no grant can take it away."}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> Any:
        # Whoever may choose an owner chooses from the directory; its screens are the administrators'.
        action: Action = "view" if request.path.endswith("/autocomplete/") else self.action_to_see
        return visible(actor_of(request), User.objects.order_by("username"), action)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(actor_of(request), "administer")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.path.endswith("/autocomplete/") or may(actor_of(request), "administer", obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if getattr(request.user, "is_superuser", False) else ["is_superuser"]

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:
        given = form.cleaned_data
        if change:
            fresh = User.objects.get(pk=obj.pk)
            services.change_person(fresh, actor=actor_of(request), **{name: given[name] for name in form.changed_data})
            return
        made, password = services.create_person(actor=actor_of(request), **given)
        obj.pk, obj.id = made.pk, made.pk
        obj.__dict__["_made_up"] = password

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._show_password(request, obj, obj.__dict__["_made_up"], f"{obj.username} was added")

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        person = self.get_object(request, object_id)
        more = {
            "person": person,
            "grants": grants_reaching(person) if person else [],
            "is_oneself": person is not None and person.pk == request.user.pk,
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})  # type: ignore[no-any-return]

    def deactivate(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._act(request, pk, services.deactivate_person, "{} is deactivated: sessions and tokens have ended.")

    def activate(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._act(request, pk, services.activate_person, "{} may sign in again, with the grants from before.")

    def renew_password(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self._person(request, pk)
        try:
            password = services.renew_password(person, actor=actor_of(request))
        except GovernanceError as error:
            messages.error(request, error.detail)
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[pk]))
        return self._show_password(request, person, password, f"A new password for {person.username}")

    @display(description="Name")
    def full_name(self, one: User) -> str:
        return one.get_full_name()

    @display(description="State", ordering="is_active")
    def state(self, one: User) -> SafeString:
        return format_html('<span class="{}">{}</span>', "" if one.is_active else "gp-none", "active" if one.is_active else "deactivated")

    @display(description="Administrator", ordering="is_superuser", boolean=True)
    def administrator(self, one: User) -> bool:
        return one.is_superuser

    @display(description="Last sign-in", ordering="last_login")
    def last_seen(self, one: User) -> SafeString:
        return portal.ago(one.last_login)

    def _act(self, request: HttpRequest, pk: int, service: Any, words: str) -> HttpResponse:
        person = self._person(request, pk)
        try:
            service(person, actor=actor_of(request))
            messages.success(request, words.format(person.username))
        except GovernanceError as error:
            messages.error(request, error.detail)
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[pk]))

    def _person(self, request: HttpRequest, pk: int) -> User:
        person: User | None = self.get_queryset(request).filter(pk=pk).first()
        if person is None:
            raise Http404
        return person

    def _show_password(self, request: HttpRequest, person: User, password: str, title: str) -> HttpResponse:
        return shown_once(
            request,
            title,
            password,
            text=f"This is the password of {person.username}. Hand it over by another way than e-mail; it can be changed under “Change password” after the first sign-in.",
            back=reverse("admin:auth_user_change", args=[person.pk]),
            back_text="Give a role",
            crumbs=CRUMBS,
        )


@admin.register(Team)
class TeamAdmin(ServiceAdmin):
    """Teams: who owns things together, and is granted access together."""

    page_title = "Teams"
    page_lead = "People who own things together and are given access together."
    one = "team"
    empty_text = "A team owns datasets and is given roles as one; who joins it later has the same."
    action_to_change = "administer"
    action_to_add = "administer"
    action_to_delete = "administer"
    list_display = ["name", "description", "size"]
    search_fields = ["name", "description"]
    fields = ["name", "description", "members"]
    autocomplete_fields = ["members"]

    def save_model(self, request: HttpRequest, obj: Team, form: forms.ModelForm[Team], change: bool) -> None:
        given = form.cleaned_data
        if change:
            services.change_team(Team.objects.get(pk=obj.pk), actor=actor_of(request), **given)
        else:
            obj.pk = services.create_team(actor=actor_of(request), **given).pk

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        services.delete_team(obj, actor=actor_of(request))

    @display(description="Members")
    def size(self, one: Team) -> str:
        return ", ".join(one.members.order_by("username").values_list("username", flat=True)[:5]) or "nobody yet"


@admin.register(Token)
class TokenAdmin(ServiceAdmin):
    """Tokens: one's own, made and revoked; an administrator sees and revokes those of all."""

    page_title = "Tokens"
    page_lead = "Keys with which programs use the API."
    one = "token"
    empty_text = "Make one for each program."

    def get_urls(self) -> list[URLPattern]:
        own = [path("<int:pk>/revoke/", self.admin_site.admin_view(require_POST(self.revoke)), name="identity_token_revoke")]
        urls: list[URLPattern] = [*own, *super().get_urls()]
        return urls

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return tokens_page(request)

    def revoke(self, request: HttpRequest, pk: int) -> HttpResponse:
        token = self.get_queryset(request).filter(pk=pk).first()
        if token is None:
            raise Http404
        tokens.revoke_token(token, actor=actor_of(request))
        messages.success(request, f"{token} is revoked: programs that use it are refused from now on.")
        return HttpResponseRedirect(reverse("admin:identity_token_changelist"))
