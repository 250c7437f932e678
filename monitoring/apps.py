"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    label = "monitoring"
    verbose_name = "Watch"

    def ready(self) -> None:
        # Models cannot be imported before every app is there.
        from governance.core import live, periodic
        from monitoring import counting
        from monitoring.live import topic

        live.register_topic(topic)
        periodic.every(1, "monitoring.collect", queue="collect", expires=1)
        counting.count_tasks()
