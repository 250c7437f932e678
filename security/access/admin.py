"""Access: grants, and the page that says who can see a thing and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from governance.core import subjects
from governance.core.access import ACTIONS, Action, actor_of, may, require, visible
from governance.core.admin_pages import page
from governance.core.errors import NotFound
from governance.core.subjects import type_named
from governance.core.templatetags import portal
from security.access import queries, services
from security.access.gate import SCOPES
from security.access.holdings import ROLES, holdings_of
from security.access.models import Grant
from security.identity.screens import ServiceAdmin

LISTED = ("source", "domain", "tag")
"""Scopes whose rows fit into a list; one dataset comes with the address, from its own page."""
MOST = 500


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """`place` stands for scope and scope_id: "portal", or "source:3"."""

    place = forms.CharField(
        label="Where",
        widget=UnfoldAdminSelectWidget,
        help_text="For a single dataset, open its page, then “Access” and “Give access”.",
    )

    class Meta:
        model = Grant
        fields = ["user", "team", "everyone", "role", "effect", "ceiling", "reason", "expires_at"]
        help_texts = {
            "effect": "A denial comes first. Denying a viewer (or administrator) hides the thing altogether; denying another role takes away what it adds to looking.",
            "expires_at": "Empty: it holds until somebody takes it away.",
        }

    def __init__(self, *args: Any, actor: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.initial
        scope, scope_id = (self.instance.scope, self.instance.scope_id) if self.instance.pk else (given.get("scope", "portal"), given.get("scope_id"))
        place = "portal" if scope == "portal" else f"{scope}:{scope_id}"
        self.fields["place"].initial = place
        self.fields["place"].widget.choices = places(actor, {place, self.data.get("place", place)})

    def clean_place(self) -> tuple[str, int | None]:
        scope, _, number = str(self.cleaned_data["place"]).partition(":")
        if scope == "portal":
            return "portal", None
        if scope not in SCOPES or not number.isdecimal() or len(number) > 18:
            raise forms.ValidationError("Choose one from the list.")
        return scope, int(number)

    def _post_clean(self) -> None:
        # The model's own rules are about scope and scope_id.
        place = self.cleaned_data.get("place")
        if place:
            self.instance.scope, self.instance.scope_id = place
        super()._post_clean()  # type: ignore[misc]


def places(actor: Any, wanted: set[str]) -> list[tuple[str, Any]]:
    """Choices of a grant's place: the portal, and what the actor may see, with those that are named anyway."""
    choices: list[tuple[str, Any]] = [("portal", "the whole portal")]
    for scope in LISTED:
        kind = type_named(scope)
        rows = visible(actor, kind.model._default_manager.all()).order_by("pk")[:MOST]
        choices.append((kind.plural or scope, [(f"{scope}:{row.pk}", kind.title(row)) for row in rows]))
    for one in sorted(wanted):
        scope, _, number = one.partition(":")
        if scope == "dataset" and number.isdecimal() and len(number) < 19:
            kind = type_named(scope)
            row = visible(actor, kind.model._default_manager.filter(pk=int(number))).first()
            choices += [(one, f"dataset {kind.title(row)}")] if row is not None else []
    return choices


@admin.register(Grant)
class GrantAdmin(ServiceAdmin):
    """Who may do what, where."""

    group = "Security"
    page_title = "Access"
    page_lead = "Who has which role, and where. Without a role a person sees nothing but the name of an administrator to ask."
    one = "grant"
    empty_text = (
        "Only administrators see anything yet. Give a person, a team or everyone a role on the whole portal, a source, a domain, a tag or a dataset."
    )
    form = GrantForm
    list_display = ["who", "role_words", "where", "ceiling_badge", "until", "given"]
    list_filter = ["role", "effect", "scope", "everyone"]
    search_fields = ["user__username", "team__name", "reason"]
    autocomplete_fields = ["user", "team"]
    fields = ["user", "team", "everyone", "role", "effect", "place", "ceiling", "reason", "expires_at"]
    list_before_template = "security/grants_before.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return queries.grants_seen(actor_of(request)).select_related("user", "team", "created_by")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        held = holdings_of(actor_of(request))
        return held.is_all or bool(held.reach("administer", is_allow=True))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request) and self.has_view_permission(request, obj)

    has_delete_permission = has_change_permission

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address fills in; people and teams by their numbers only."""
        given = super().get_changeform_initial_data(request)
        return {name: value for name, value in given.items() if name not in ("user", "team") or (value.isdecimal() and len(value) < 19)}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change, **{**kwargs, "fields": [name for name in self.fields if name != "place"]})
        actor = actor_of(request)

        class Form(made):  # type: ignore[misc,valid-type]
            def __init__(self, *args: Any, **values: Any) -> None:
                super().__init__(*args, actor=actor, **values)

        return Form

    def save_model(self, request: HttpRequest, obj: Grant, form: GrantForm, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in GrantForm.Meta.fields}
        given["scope"], given["scope_id"] = form.cleaned_data["place"]
        if change:
            services.change_grant(Grant.objects.get(pk=obj.pk), actor=actor_of(request), **given)
        else:
            obj.pk = services.create_grant(actor=actor_of(request), **given).pk

    def delete_model(self, request: HttpRequest, obj: Grant) -> None:
        services.delete_grant(obj, actor=actor_of(request))

    @display(description="Who", ordering="user__username")
    def who(self, one: Grant) -> str:
        return "everyone" if one.everyone else one.user.get_username() if one.user else f"team {one.team}"

    @display(description="Role", ordering="role")
    def role_words(self, one: Grant) -> str:
        return one.get_role_display() if one.effect == Grant.Effect.ALLOW else f"denied: {one.role}"

    @display(description="Where", ordering="scope")
    def where(self, one: Grant) -> str:
        return one.where()

    @display(description="Ceiling", ordering="ceiling")
    def ceiling_badge(self, one: Grant) -> Any:
        return portal.sensitivity(one.ceiling)

    @display(description="Until", ordering="expires_at")
    def until(self, one: Grant) -> str:
        if one.expires_at is None:
            return "no end"
        return f"{'expired ' if one.expires_at <= timezone.now() else ''}{one.expires_at:%Y-%m-%d %H:%M}"

    @display(description="Given", ordering="created")
    def given(self, one: Grant) -> Any:
        return portal.ago(one.created)


@page("access/explain/", "access-explain", "Who can see this", "security/explain.html")
def explain(request: HttpRequest) -> dict[str, Any]:
    """Everybody who may do an action on a subject, with the grants that decide; or one person's answer."""
    actor = actor_of(request)
    asked = {name: request.GET.get(name, "") for name in ("subject_type", "subject_id", "action", "user")}
    action: Action = asked["action"] if asked["action"] in ACTIONS else "view"
    if not (may(actor, "administer") or may(actor, "audit")):
        asked["user"] = str(actor.id)
    subject = None
    if asked["subject_type"]:
        model = type_named(asked["subject_type"]).model
        number = int(asked["subject_id"]) if asked["subject_id"].isdecimal() and len(asked["subject_id"]) < 19 else -1
        subject = visible(actor, model._default_manager.filter(pk=number)).first()
        if subject is None:
            raise NotFound(f"There is no {asked['subject_type']} {asked['subject_id'][:20]}, or you may not see it.")
    else:
        require(actor, "view") if not asked["user"] else None
    if asked["user"]:
        people = [
            (one, queries.explain(one, action, subject))
            for one in User.objects.filter(pk=int(asked["user"]) if asked["user"].isdecimal() and len(asked["user"]) < 19 else -1)
        ]
    else:
        people = queries.who_can(action, subject)
    chosen = people[0][0] if asked["user"] and people else None
    return {
        "title": _question(asked, action, subject, chosen, actor),
        "chosen": chosen,
        "reached": queries.reached(chosen, action, asker=actor) if chosen is not None and subject is None else [],
        "sees_everybody": may(actor, "administer") or may(actor, "audit"),
        "asked": asked | {"action": action},
        "subject": subjects.subject_of(subject) if subject is not None else None,
        "people": [{"user": user, "explained": explained} for user, explained in people],
        "everybody": User.objects.filter(is_active=True).order_by("username")[:MOST] if may(actor, "administer") or may(actor, "audit") else [],
        "actions": ACTIONS,
        "roles": {role: sorted(actions) for role, actions in ROLES.items()},
        "may_give": GrantAdmin(Grant, admin.site).has_add_permission(request),
        "crumbs": [("Security", ""), ("Access", "/admin/access/grant/"), ("Who can see this", "")],
    }


def _question(asked: dict[str, str], action: Action, subject: Any, chosen: User | None, actor: Any) -> str:
    """The page's title: what was asked."""
    where = subjects.subject_of(subject).name if subject is not None else ""
    verb = "see" if action == "view" else action
    if chosen is None:
        return f"Who can {verb} {where}" if where else "Who can see this"
    name = "you" if chosen.pk == actor.id else chosen.get_username()
    return f"Can {name} {verb} {where}?" if where else f"What {name} can {verb}"
