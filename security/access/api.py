"""`/api/v1/grants/` and `access/explain/`."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from governance.core.access import ACTIONS, may, visible
from governance.core.api.problems import invalid
from governance.core.api.views import Resource, View
from governance.core.errors import Denied, NotFound
from governance.core.subjects import subject_of, type_named
from security.access import queries, services
from security.access.models import Grant
from security.identity.models import Team


class GrantInput(serializers.Serializer[Any]):
    """A grant goes to one of `user`, `team` or `everyone`; `scope_id` is left out for the whole portal."""

    user = serializers.PrimaryKeyRelatedField(queryset=User.objects.all(), required=False, allow_null=True)
    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.all(), required=False, allow_null=True)
    everyone = serializers.BooleanField(required=False)
    role = serializers.ChoiceField(choices=Grant.Role.choices)
    effect = serializers.ChoiceField(choices=Grant.Effect.choices, required=False)
    scope = serializers.ChoiceField(choices=Grant.Scope.choices, required=False)
    scope_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    ceiling = serializers.ChoiceField(choices=Grant.Ceiling.choices, required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class Grants(Resource):
    """Who may do what, where. One's own grants, and those on what one administers; administrators give and take them. A denial comes first."""

    resource = "grants"
    model = Grant
    columns = {
        name: name
        for name in (
            "id",
            "user",
            "team",
            "everyone",
            "role",
            "effect",
            "scope",
            "scope_id",
            "ceiling",
            "reason",
            "expires_at",
            "created",
            "created_by",
        )
    }
    filterset_fields = ("user", "team", "everyone", "role", "effect", "scope", "scope_id")
    orderings = ("-id", "expires_at", "role")

    def seen(self) -> QuerySet[Any]:
        return queries.grants_seen(self.actor)

    def create(self, request: Request) -> Response:
        grant = services.create_grant(actor=self.actor, **self.validated(GrantInput))
        return Response(self.one(grant.pk), status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        services.change_grant(self._given(), actor=self.actor, **self.validated(GrantInput, partial=True))
        return Response(self.one(pk))

    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_grant(self._given(), actor=self.actor)
        return Response(status=204)

    def _given(self) -> Grant:
        """The grant of this address; the services ask whether the actor administers what it is on."""
        return cast(Grant, self.instance(None))


class Explain(View):
    """Whether a person may do an action on a subject, and which grants decide. About oneself for everybody; about others for administrators and auditors."""

    resource = "grants"

    def explain(self, request: Request) -> Response:
        parameters = request.query_params
        if unknown := sorted(set(parameters) - {"user", "action", "subject_type", "subject_id"}):
            raise invalid({name: ["known are user, action, subject_type and subject_id"] for name in unknown})
        action = parameters.get("action", "view")
        if action not in ACTIONS:
            raise invalid({"action": [f"one of {', '.join(ACTIONS)}"]})
        subject = self._subject(parameters.get("subject_type", ""), parameters.get("subject_id", ""))
        explained = queries.explain(self._user(parameters.get("user", "")), action, subject)
        return Response(
            {
                "user": self._user(parameters.get("user", "")).pk,
                "action": action,
                "subject": _named(subject),
                "is_allowed": explained.is_allowed,
                "why": explained.why,
                "ceiling": explained.ceiling or None,
                "grants": [
                    {"id": one["id"], "decides": one["decides"], "title": str(one["grant"]), **services.data_of(one["grant"])}
                    for one in explained.grants
                ],
            }
        )

    def _user(self, text: str) -> User:
        pk = int(text) if text.isdecimal() and len(text) < 10 else self.actor.id if not text else None
        if pk != self.actor.id and not (may(self.actor, "administer") or may(self.actor, "audit")):
            raise Denied("Explaining the access of others takes the role of an administrator or auditor. Leave user out to ask about yourself.")
        user = User.objects.filter(pk=pk or 0).first()
        if user is None:
            raise NotFound(f"There is no person {text[:20]!r}.")
        return user

    def _subject(self, kind: str, pk: str) -> Model | None:
        if not kind:
            return None
        model = type_named(kind).model
        number = int(pk) if pk.isdecimal() and len(pk) < 19 else -1
        found = visible(self.actor, model._default_manager.filter(pk=number)).first()
        if found is None:
            raise NotFound(f"There is no {kind} {pk[:20]!r}, or you may not see it.")
        return found


def _named(subject: Model | None) -> dict[str, Any] | None:
    if subject is None:
        return None
    one = subject_of(subject)
    return {"type": one.type, "id": one.id, "name": one.name, "url": one.url}


router = SimpleRouter()
router.register("grants", Grants, basename="grant")
urlpatterns = [*router.urls, path("access/explain/", Explain.as_view({"get": "explain"}), name="access-explain")]
