"""`/api/v1/tokens/`, `teams/` and `people/`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from governance.core.api.views import Resource
from security.identity import services, tokens
from security.identity.models import Team, Token


class TokenInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(child=serializers.CharField(max_length=60), allow_empty=False, max_length=50)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class TokenFilter(filters.FilterSet):  # type: ignore[misc]
    is_valid_now = filters.BooleanFilter(method="by_validity", help_text="Only tokens that hold now, or only those that do not.")

    class Meta:
        model = Token
        fields = ["user", "name"]

    def by_validity(self, queryset: QuerySet[Token], name: str, value: bool) -> QuerySet[Token]:
        holds = Q(revoked=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
        return queryset.filter(holds if value else ~holds)


class Tokens(Resource):
    """Keys to the API. One's own; administrators see those of everybody. The secret is in `token`, once, in the answer that makes it.

    A token cannot make one that may do more, or lives longer, than itself. Revoking is effective within two seconds everywhere.
    """

    resource = "tokens"
    shown_once = ("token",)
    model = Token
    columns = {name: name for name in ("id", "user", "name", "prefix", "scopes", "created", "expires_at", "last_used", "revoked")}
    filterset_class = TokenFilter
    searches = ("name", "prefix")
    orderings = ("-id", "name", "last_used", "expires_at")

    def create(self, request: Request) -> Response:
        given = self.validated(TokenInput)
        owner = User.objects.get(pk=self.actor.id or 0)
        token, secret = tokens.create_token(owner, actor=self.actor, **given)
        return Response(self.one(token.pk) | {"token": secret}, status=201)

    def destroy(self, request: Request, pk: str) -> Response:
        tokens.revoke_token(self.instance("view"), actor=self.actor)
        return Response(self.one(pk))


class TeamInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True)
    members = serializers.PrimaryKeyRelatedField(many=True, required=False, queryset=User.objects.all())


class Teams(Resource):
    """People who own things together and are granted access together. Everybody with any grant sees them; administrators change them."""

    resource = "teams"
    model = Team
    columns = {"id": "id", "name": "name", "description": "description", "members": "member_ids", "created": "created"}
    searches = ("name", "description")
    orderings = ("name", "id", "created")

    def rows(self) -> QuerySet[Any]:
        return Team.objects.annotate(member_ids=ArrayAgg("members__id", filter=Q(members__isnull=False), default=[], order_by="members__id"))

    def create(self, request: Request) -> Response:
        team = services.create_team(actor=self.actor, **self.validated(TeamInput))
        return Response(self.one(team.pk), status=201)

    def partial_update(self, request: Request, pk: str) -> Response:
        services.change_team(self.instance("administer"), actor=self.actor, **self.validated(TeamInput, partial=True))
        return Response(self.one(pk))

    def destroy(self, request: Request, pk: str) -> Response:
        services.delete_team(self.instance("administer"), actor=self.actor)
        return Response(status=204)


class People(Resource):
    """The directory: who can own things and be granted access. Everybody with any grant sees it."""

    resource = "people"
    model = User
    columns = {
        "id": "id",
        "username": "username",
        "first_name": "first_name",
        "last_name": "last_name",
        "is_active": "is_active",
        "teams": "team_ids",
    }
    filterset_fields = ("username", "is_active")
    searches = ("username", "first_name", "last_name")
    orderings = ("username", "id")

    def rows(self) -> QuerySet[Any]:
        return User.objects.annotate(team_ids=ArrayAgg(F("teams__id"), filter=Q(teams__isnull=False), default=[], order_by="teams__id"))


router = SimpleRouter()
router.register("tokens", Tokens, basename="token")
router.register("teams", Teams, basename="team")
router.register("people", People, basename="person")
urlpatterns = router.urls
