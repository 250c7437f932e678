"""Valkey or Redis: the one client of a process, and Django's cache on it."""

from __future__ import annotations

from functools import cache
from typing import Any

import redis
from django.conf import settings


def django_cache(url: str) -> dict[str, Any]:
    """Django's CACHES entry for a redis://, rediss:// or unix:// URL."""
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "KEY_PREFIX": "gov"}


def redis_url() -> str:
    return str(settings.CACHES["default"]["LOCATION"])


@cache
def redis_client() -> redis.Redis:
    """The process's pooled client; answers bytes."""
    return redis.Redis.from_url(redis_url(), socket_timeout=5, socket_connect_timeout=5, health_check_interval=30)
