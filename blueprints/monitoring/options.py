"""What can be said otherwise about alarms: of one of them, of a kind, of a layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.faults import Fault
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = ("notBreaching", "breaching", "ignore", "missing")
NOTIFY = ("nobody", "region", "each")
# A composite alarm watches this many, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
MOST_ALARMS = 100

_DAY_S = 86400


@dataclass(frozen=True, slots=True)
class AlarmOptions:
    """One alarm, or all of a kind. What is not given stays as the kind has it (docs/how-to/blocks/monitoring.md)."""

    enabled: bool | None = option(None, "Whether there is one.")
    threshold: float | None = option(None, "From which value on it is bad, in the unit of the kind.")
    period: int | None = option(None, "Seconds of one datapoint.", choices=(10, 30, 60, 300, 900, 3600, 21600))
    periods: int | None = option(None, "How many datapoints are looked at.", minimum=1, maximum=1440)
    datapoints: int | None = option(None, "How many of those must be bad.", minimum=1, maximum=1440)
    missing: str | None = option(None, "What a datapoint that is not there counts as.", choices=MISSING)


@dataclass(frozen=True, slots=True)
class OwnMetric:
    """A metric of the application's own code (EMF) with an alarm: the kind `own` says how it is judged."""

    namespace: str = option(doc="Namespace, as in `functions.<name>.metrics_namespace`.")
    metric: str = option(doc="Name of the metric.")
    threshold: float = option(doc="From which value on it is bad.")
    statistic: str = option("Sum", "`Sum`, `Average`, `Maximum`, `Minimum`, `SampleCount`, or a percentile: `p99`.")
    dimensions: Mapping[str, str] = option({}, "Dimensions with which the code writes it.")


@dataclass(frozen=True, slots=True)
class AlarmsOptions:
    """The alarms of a layer: which, how many, and who hears of them."""

    alarms: Mapping[str, AlarmOptions] = option({}, "By kind (`duration`) or by alarm (`orders-duration`): both hold.")
    metrics: Mapping[str, OwnMetric] = option({}, "Alarms on metrics of the application's own, by name.")
    automatic: bool = option(True, "Alarms that are on by themselves; false: those alone that are asked for.")
    budget: int = option(
        MOST_ALARMS, "How many alarms this layer may have in a region.", minimum=0, maximum=MOST_ALARMS
    )
    region_alarm: bool = option(False, "One alarm that rings while any other of the layer does: for gates and people.")
    notify: str = option("nobody", "What tells the alarm topic: that one alarm, or each by itself.", choices=NOTIFY)

    def faults(self) -> Iterator[Fault]:
        """Numbers that CloudWatch refuses together; what an alarm leaves to its kind is looked at with the alarm."""
        for name, one in self.alarms.items():
            yield from window_faults(f"alarms.{name}", one.period, one.periods, one.datapoints)
        yield from name_faults("metrics", self.metrics)
        for name, own in self.metrics.items():
            if own.statistic not in ("Sum", "Average", "Maximum", "Minimum", "SampleCount") and not is_percentile(
                own.statistic
            ):
                yield Fault(f"metrics.{name}.statistic", f"{own.statistic!r} is no statistic", "write Sum or p99")

    @property
    def has_region_alarm(self) -> bool:
        """Whoever is to hear of the region needs the alarm of the region."""
        return self.region_alarm or self.notify == "region"


def window_faults(path: str, period: int | None, periods: int | None, datapoints: int | None) -> Iterator[Fault]:
    """M of N with M greater than N, and more than a day (a week from an hour's period on) to look back."""
    if periods is not None and datapoints is not None and datapoints > periods:
        yield Fault(f"{path}.datapoints", f"{datapoints} of {periods} datapoints", f"write {periods} or less")
    most = 7 * _DAY_S if period is not None and period >= 3600 else _DAY_S
    if period is not None and periods is not None and period * periods > most:
        yield Fault(f"{path}.periods", f"{periods} times {period} seconds", f"look back {most // 86400} days at most")


def is_percentile(statistic: str) -> bool:
    """`p99`, `p99.9`."""
    return statistic.startswith("p") and statistic[1:].replace(".", "", 1).isdigit()
