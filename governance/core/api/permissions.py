"""Who may call a view at all; what they see and may change is the gate's business."""

from __future__ import annotations

from typing import Any, Literal

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from governance.core.access import actor_of
from governance.core.errors import Denied


class Scoped(BasePermission):
    """Somebody is signed in, and a token's scopes cover the view's `resource`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        actor = actor_of(request)
        if not actor.is_known:
            return False
        resource = getattr(view, "resource", "")
        verb: Literal["read", "write"] = "read" if request.method in SAFE_METHODS else "write"
        if resource and not actor.has_scope(verb, resource):
            raise Denied(f"This token has no scope {verb}:{resource}. Make one that has it.", scope=f"{verb}:{resource}")
        return True
