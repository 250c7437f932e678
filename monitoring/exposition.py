"""`/metrics`: what the processes of this host count together, and what the collectors of all hosts saw last."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import redis
from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from monitoring import counting, store

__all__ = ["CONTENT_TYPE", "text"]
logger = logging.getLogger(__name__)


class Seen:
    """The collectors' last metrics, with the host as `instance_name`: `instance` is the scraper's own word."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("governance_broker_up", "Whether the broker answered this scrape.")
        try:
            found = store.latest_families()
        except redis.RedisError as error:
            logger.warning("broker not there (%s); only requests and tasks are exposed", type(error).__name__)
            found = {}
            up.add_metric([], 0)
        else:
            up.add_metric([], 1)
        yield up
        metrics: dict[str, Metric] = {}
        for instance, families in found.items():
            for family in families:
                if family.name not in metrics:
                    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
                    metrics[family.name] = kind(family.name, family.help)
                for labels, value in family.samples:
                    metrics[family.name].add_sample(family.name, {**labels, "instance_name": instance}, value)
        yield from (metric for metric in metrics.values() if metric.samples)


def text() -> bytes:
    """The text format, version 0.0.4."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(counting.folder()))  # type: ignore[no-untyped-call]
    registry.register(Seen())
    with counting.settled(counting.folder()):
        return generate_latest(registry)
