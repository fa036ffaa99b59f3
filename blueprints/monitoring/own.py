"""Alarms on metrics that the application writes itself, in the embedded metric format or through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.monitoring import kinds
from blueprints.monitoring.watch import Metric, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blueprints.monitoring.options import OwnMetric


def own_watches(metrics: Mapping[str, OwnMetric]) -> Iterator[Watch]:
    """One for each; `threshold` is in the metric's own unit."""
    for name, own in metrics.items():
        metric = Metric(
            namespace=own.namespace,
            name=own.metric,
            statistic=own.statistic,
            dimensions=tuple(own.dimensions.items()),
        )
        yield Watch(kind=kinds.OWN, subject=name, metrics=(("value", metric),), threshold=own.threshold, asked=True)
