"""What the System page says about this installation: release, parts, storage, schedules, settings. Nothing of it is a secret."""

from __future__ import annotations

import platform
import shutil
from typing import Any

import django
import redis
from django.db import connection
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_celery_beat.models import PeriodicTask
from pydantic import AliasChoices

from governance.core.access import actor_of, require
from governance.core.admin_pages import page
from governance.core.cache import redis_client
from governance.core.templatetags import portal
from governance.env import Env, env
from governance.runtime.preflight import masked
from governance.runtime.release import release
from monitoring import health

URLS = ("database_url", "redis_url", "smtp_url")
SECRETS = ("admin_password", "secret_key", "key_ring", "event_key")


@page("system/", "system", "System", "monitoring/system.html")
def system(request: HttpRequest) -> dict[str, Any]:
    require(actor_of(request), "administer")
    return {
        "crumbs": [("Settings", ""), ("System", "")],
        "parts": parts(),
        "versions": versions(),
        "storage": storage(),
        "tasks": PeriodicTask.objects.select_related("interval", "crontab").order_by("name"),
        "settings": settings_in_effect(),
    }


def parts() -> list[tuple[str, str, str]]:
    """(name, state, detail) of what `/readyz` knows."""
    found: list[tuple[str, str, str]] = []
    for name, probe in health._probes.items():
        state = probe.state()
        rows = state.items() if name == "processes" else [(name, state)]
        found += [
            (one, {"ok": "ok", "missing": "down"}.get(what["state"], "unknown"), str(what.get("detail") or what.get("count") or ""))
            for one, what in rows
        ]
    return found


def versions() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgres,) = cursor.fetchone()
    return [
        ("Governance Portal", release()),
        ("PostgreSQL", f"{postgres.split()[0]} ({'outside' if env.database_url else 'embedded'})"),
        ("Broker", f"{_broker_version()} ({'outside' if env.redis_url else 'embedded'})"),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
    ]


def _broker_version() -> str:
    try:
        info: dict[str, Any] = redis_client().info("server")
    except redis.RedisError as error:
        return f"not available: {type(error).__name__}"
    return f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {info['redis_version']}"


def storage() -> list[tuple[str, str | SafeString]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), (SELECT coalesce(max(sequence), 0) FROM core_leaf)")
        size, facts = cursor.fetchone()
    disk = shutil.disk_usage(env.places.data_dir)
    return [
        ("Data folder", str(env.places.data_dir.absolute())),
        ("Free on its disk", format_html("{} of {}", portal.bytes_(disk.free), portal.bytes_(disk.total))),
        ("Our database", portal.bytes_(size)),
        ("Facts sealed", portal.human(facts)),
    ]


def settings_in_effect() -> list[tuple[str, str, str, bool]]:
    """(name, value, sentence, whether it is set) of every setting; passwords and keys are never shown."""
    found = []
    for name, field in Env.model_fields.items():
        alias = field.validation_alias
        shown = str(alias.choices[-1]) if isinstance(alias, AliasChoices) else f"GOVERNANCE_{name.upper()}"
        value = getattr(env, name)
        found.append((shown, _shown(name, value), field.description or "", name in env.model_fields_set))
    return found


def _shown(name: str, value: object) -> str:
    if name in SECRETS:
        return "••••" if value else ""
    return masked(str(value)) if name in URLS else str(value)
