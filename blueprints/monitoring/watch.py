"""One thing that is watched, and its alarm: the kind's numbers, then what the options say of the kind, then of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from blueprints.faults import Fault, suggestion
from blueprints.monitoring.kinds import BELOW, KINDS, OUTSIDE, Kind
from blueprints.monitoring.options import AlarmOptions, AlarmsOptions, is_percentile, window_faults
from blueprints.naming import alarm_name
from blueprints.parameters import camel
from blueprints.regional import by_role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troposphere import Template
    from troposphere.cloudwatch import Alarm

    from blueprints.context import Context

T = TypeVar("T")
_NOTHING = AlarmOptions()
_BAND = "band"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric of CloudWatch; a dimension's value may be a reference."""

    namespace: str
    name: str
    statistic: str
    dimensions: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is watched: `subject` and the kind make the alarm's name, `orders-duration`.

    With an `expression` (CloudWatch metric math) it is over `metrics` by their ids; without one there is one metric.
    `threshold` and `period` are the watch's own, before the kind's. `factor` makes the kind's unit that of the metric:
    a percent of a timeout becomes milliseconds. `only_primary`: in a region that stands by, nothing measured is good
    whatever the kind says. `asked`: somebody wants it, so that it is on. `end` tells alarms of a subject apart.
    """

    kind: Kind
    subject: str
    metrics: tuple[tuple[str, Metric], ...]
    expression: str = ""
    factor: float = 1.0
    threshold: float | None = None
    period: int | None = None
    only_primary: bool = False
    asked: bool = False
    end: str = ""

    @property
    def name(self) -> str:
        """The alarm's name without the prefix, by which options speak of it."""
        return "-".join(part for part in (self.subject, self.kind.name, self.end) if part)

    @property
    def title(self) -> str:
        """The alarm's logical id."""
        return f"Alarm{camel(self.name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The numbers of one alarm."""

    enabled: bool
    threshold: float
    period: int
    periods: int
    datapoints: int
    missing: str


def settings_of(watch: Watch, options: AlarmsOptions) -> Settings:
    """What holds for one alarm. Fewer periods than the kind's datapoints take the datapoints along."""
    kind, given = watch.kind, options.alarms
    by_name, by_kind = given.get(watch.name, _NOTHING), given.get(kind.name, _NOTHING)
    periods = _first(by_name.periods, by_kind.periods, kind.periods)
    asked = by_name.datapoints or by_kind.datapoints
    return Settings(
        enabled=_first(by_name.enabled, by_kind.enabled, watch.asked or (kind.enabled and options.automatic)),
        threshold=_first(by_name.threshold, by_kind.threshold, watch.threshold, kind.threshold),
        period=_first(by_name.period, by_kind.period, watch.period, kind.period),
        periods=periods,
        datapoints=min(kind.datapoints, periods) if asked is None else asked,
        missing=_first(by_name.missing, by_kind.missing, kind.missing),
    )


def chosen(watches: Sequence[Watch], options: AlarmsOptions) -> tuple[Watch, ...]:
    """Those of which there is an alarm."""
    return tuple(one for one in watches if settings_of(one, options).enabled)


def monthly_cost(watches: Sequence[Watch]) -> float:
    """US dollars of these alarms in one region and month: 0.10 for each metric that an alarm reads, and two more for a
    band around it. https://aws.amazon.com/cloudwatch/pricing/ (us-east-1, standard resolution)."""
    return sum(0.1 * (len(one.metrics) + (2 if one.kind.comparison == OUTSIDE else 0)) for one in watches)


def alarm_faults(path: str, options: AlarmsOptions, watches: Sequence[Watch]) -> Iterator[Fault]:
    """Names of nothing, M of N that contradict each other, and more alarms than the budget has. `path` is where the
    options stand."""
    known = {*KINDS, *(one.name for one in watches)}
    for name in options.alarms:
        if name not in known:
            message = f"there is no alarm and no kind of alarms {name!r}"
            yield Fault(f"{path}.alarms.{name}", message, suggestion(name, known))
    for one in watches:
        settings = settings_of(one, options)
        if one.name in options.alarms and settings.enabled:
            where = f"{path}.alarms.{one.name}"
            yield from window_faults(where, settings.period, settings.periods, settings.datapoints)
    there = chosen(watches, options)
    if len(there) > options.budget:
        cost = f"{monthly_cost(there):.2f} dollars a month"
        message = f"{len(there)} alarms ({cost}) in each region, {options.budget} wanted"
        yield Fault(f"{path}.budget", message, "turn kinds off with `alarms: {<kind>: {enabled: false}}`, or raise it")


def add_alarms(
    template: Template,
    context: Context,
    watches: Sequence[Watch],
    options: AlarmsOptions,
    *,
    actions: Sequence[object] = (),
) -> tuple[str, ...]:
    """The alarms that are wanted; returns their logical ids. `actions` hear when one rings and when it stops."""
    from troposphere.cloudwatch import AnomalyDetector

    titles = []
    for one in chosen(watches, options):
        settings = settings_of(one, options)
        if one.kind.comparison == OUTSIDE:
            template.add_resource(AnomalyDetector(f"{one.title}Model", **_stat(one.metrics[0][1])))
        template.add_resource(_alarm(template, context, one, settings, actions))
        titles.append(one.title)
    return tuple(titles)


def _alarm(template: Template, context: Context, watch: Watch, settings: Settings, actions: Sequence[object]) -> Alarm:
    from troposphere.cloudwatch import Alarm

    missing = by_role(template, settings.missing, "notBreaching") if watch.only_primary else settings.missing
    return Alarm(
        watch.title,
        AlarmName=alarm_name(context, watch.name),
        AlarmDescription=f"{watch.subject}: {watch.kind.doc} {_bad(watch.kind, settings.threshold)}",
        ComparisonOperator=watch.kind.comparison,
        EvaluationPeriods=settings.periods,
        DatapointsToAlarm=settings.datapoints,
        TreatMissingData=missing,
        **_measured(watch, settings),
        **({"AlarmActions": list(actions), "OKActions": list(actions)} if actions else {}),
    )


def _bad(kind: Kind, threshold: float) -> str:
    said = f"{threshold:g} {kind.unit}"
    return {BELOW: f"Bad below {said}.", OUTSIDE: f"Bad beyond {said}."}.get(kind.comparison, f"Bad from {said} on.")


def _measured(watch: Watch, settings: Settings) -> dict[str, Any]:
    if watch.kind.comparison == OUTSIDE:
        band = f"ANOMALY_DETECTION_BAND({watch.metrics[0][0]}, {settings.threshold:g})"
        return {"Metrics": _queries(watch, settings.period, band, _BAND), "ThresholdMetricId": _BAND}
    # Whole numbers stay whole: CloudFormation would take 8000 and 8000.0 for a change.
    threshold = round(settings.threshold * watch.factor, 6)
    number = int(threshold) if threshold == int(threshold) else threshold
    if watch.expression:
        return {"Metrics": _queries(watch, settings.period, watch.expression, "value"), "Threshold": number}
    return {**_stat(watch.metrics[0][1], extended=True), "Period": settings.period, "Threshold": number}


def _queries(watch: Watch, period: int, expression: str, result: str) -> list[Any]:
    from troposphere.cloudwatch import Metric as MetricProperty
    from troposphere.cloudwatch import MetricDataQuery, MetricStat

    seen = result == _BAND  # an alarm on a band shows the metric too
    queries = [
        MetricDataQuery(
            Id=name,
            MetricStat=MetricStat(
                Metric=MetricProperty(
                    Namespace=one.namespace, MetricName=one.name, Dimensions=dimensions_of(one.dimensions)
                ),
                Period=period,
                Stat=one.statistic,
            ),
            ReturnData=seen,
        )
        for name, one in watch.metrics
    ]
    return [*queries, MetricDataQuery(Id=result, Expression=expression, ReturnData=True)]


def _stat(metric: Metric, *, extended: bool = False) -> dict[str, Any]:
    """A metric as an alarm names it (`extended`), or as a detector does."""
    statistic = "ExtendedStatistic" if is_percentile(metric.statistic) else "Statistic"
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        **({"Dimensions": dimensions_of(metric.dimensions)} if metric.dimensions else {}),
        (statistic if extended else "Stat"): metric.statistic,
    }


def dimensions_of(dimensions: Sequence[tuple[str, object]]) -> list[Any]:
    """In the order in which they are given."""
    from troposphere.cloudwatch import MetricDimension

    return [MetricDimension(Name=name, Value=value) for name, value in dimensions]


def _first(*values: T | None) -> T:
    return next(value for value in values if value is not None)
