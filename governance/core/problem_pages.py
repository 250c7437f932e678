"""What people see when a page cannot be shown: inside the portal for those who are signed in, a plain page for everybody else."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

logger = logging.getLogger(__name__)
NOTHING_CHANGED = "Everything that was saved before. This request changed nothing."
ADVICE = {
    400: "Go back, change what is named above, and try again.",
    401: "Sign in, and open the page again.",
    403: "Ask an administrator for a role that covers it, and tell them the address of this page.",
    404: "Check the address, or look for it from the overview and with the search.",
    429: "Wait, then try again.",
}
LATER = "Try again in a moment. If it stays so, send an administrator the number of this request."


def problem_page(request: HttpRequest, problem: Mapping[str, Any]) -> HttpResponse:
    """`problem` has status, code, title and detail; kept, advice and errors where there is more to say."""
    status = int(problem["status"])
    told = {"kept": NOTHING_CHANGED, "advice": ADVICE.get(status, LATER if status >= 500 else ADVICE[400]), **problem}
    context = {"problem": told, "request_id": getattr(request, "request_id", ""), "back": _back(request)}
    try:
        if _is_inside(request, status):
            shell = {**admin.site.each_context(request), "title": told["title"], "crumbs": [(told["title"], "")]}
            return render(request, "problem_inside.html", shell | context, status=status)
    except DatabaseError as error:
        logger.warning("the problem page stays plain: %s", type(error).__name__)
    return HttpResponse(render_to_string("problem.html", context), status=status)


def _is_inside(request: HttpRequest, status: int) -> bool:
    """Whoever is signed in stays inside. After an unexpected error nothing is read: the sidebar and the session stand in the database, which may be the cause."""
    if status == 500 or request.path.startswith("/static/"):
        return False
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and admin.site.has_permission(request)


def _back(request: HttpRequest) -> str:
    """The page that led here, when it was one of ours."""
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return before if is_ours and before != request.build_absolute_uri() else ""
