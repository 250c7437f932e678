"""The Celery application. Recovery rests on rows with leases, never on the broker's visibility timeout."""

from __future__ import annotations

import os

from celery import Celery
from kombu import Queue
from kombu.common import Broadcast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
# Celery would run Django's system checks in each of its processes and throw away what they say.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

from governance.env import env


def broker(url: str) -> str:
    """kombu's spelling of a unix socket URL is redis+socket://."""
    return "redis+socket" + url[len("unix") :] if url.startswith("unix:") else url


# Every host has its own queue behind this exchange. Who sends declares the exchange: kombu takes one that it does not know for a direct one.
collect = Broadcast("collect", queue_arguments={"x-expires": 60_000})
app = Celery("governance")
app.conf.update(
    broker_url=broker(env.redis).replace("?db=", "?virtual_host="),
    result_backend=None,
    result_expires=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_default_queue="default",
    task_queues=[Queue("default"), Queue("scans"), collect],
    task_routes={"scans.*": {"queue": "scans"}, "monitoring.collect*": {"queue": "collect", "declare": [collect.exchange]}},
    task_serializer="json",
    accept_content=["json"],
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 6 * 3600, "socket_keepalive": True, "health_check_interval": 20},
    worker_hijack_root_logger=False,
    # A process that has grown is replaced; counting tasks instead would stall a healthy one for seconds.
    worker_max_memory_per_child=600_000,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    beat_max_loop_interval=1,
    beat_sync_every=30,
    timezone="UTC",
    enable_utc=True,
)
app.autodiscover_tasks()
