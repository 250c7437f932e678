"""The portal's own periodic tasks as rows of beat."""

from __future__ import annotations

from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from governance.core.periodic import tasks


def install() -> None:
    """Write the registered tasks into beat's tables; what is not registered any more is removed. Rows of people are left alone."""
    prefix = "portal: "
    changed = False
    for one in tasks():
        interval, _ = IntervalSchedule.objects.get_or_create(every=one.seconds, period=IntervalSchedule.SECONDS)
        wanted = {"task": one.task, "interval": interval, "queue": one.queue, "expire_seconds": one.expires, "enabled": True}
        present = PeriodicTask.objects.filter(name=prefix + one.name).first()
        if present is None or any(getattr(present, name) != value for name, value in wanted.items()):
            PeriodicTask.objects.update_or_create(name=prefix + one.name, defaults={**wanted, "description": "A task of the portal itself."})
            changed = True
    gone = PeriodicTask.objects.filter(name__startswith=prefix).exclude(name__in=[prefix + one.name for one in tasks()])
    if gone.delete()[0] or changed:
        PeriodicTasks.update_changed()
