"""How many of a function run at once, and how many of them are kept warm: by the load and by the clock.

Warm ones belong to Application Auto Scaling alone; the alias in the template never names a number. In the template,
each release would set back what the load had asked for, and CloudFormation would ask Lambda for them while the alias
still points at two versions, which Lambda refuses ("Alias with weights can not be used with Provisioned Concurrency":
the second release fails, https://github.com/aws/serverless-application-model/issues/1296).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.options import option
from blueprints.parameters import camel
from blueprints.regional import by_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template
    from troposphere.applicationautoscaling import ScalableTarget

DIMENSION = "lambda:function:ProvisionedConcurrency"
METRIC = "LambdaProvisionedConcurrencyUtilization"


@dataclass(frozen=True, slots=True)
class WarmTime:
    """Other numbers from a moment on, until the next such moment."""

    at: str = option(
        doc="When: `cron(0 7 ? * MON-FRI *)`, `rate(...)` or `at(...)` as Application Auto Scaling reads it."
    )
    timezone: str = option("UTC", "Time zone of `at`, as the IANA names it: Europe/Berlin.")
    minimum: int | None = option(
        None, "Warm ones at least, from then on; where their number is fixed, this one.", minimum=0
    )
    maximum: int | None = option(None, "Warm ones at most, from then on.", minimum=0)
    standby: bool = option(False, "Also in regions that stand by.")

    def faults(self) -> Iterator[Fault]:
        """What cannot work, by its path."""
        if not self.at.startswith(("cron(", "rate(", "at(")) or not self.at.endswith(")"):
            yield Fault("at", f"{self.at!r} is no schedule", "write cron(...), rate(...) or at(...)")
        if self.minimum is None and self.maximum is None:
            yield Fault("minimum", "is not given, and neither is `maximum`", "give one of them or both")
        elif self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            yield Fault("maximum", f"{self.maximum} is less than the minimum of {self.minimum}", "exchange them")


@dataclass(frozen=True, slots=True)
class Provisioned:
    """Warm ones of a function. To be rid of them: release once with `minimum: 0`, then take the block out.

    Taking the scalable target away leaves the last number behind, and the bill with it
    (https://github.com/aws/serverless-application-model/issues/1846).
    """

    minimum: int = option(doc="Warm ones at least, in the primary region.", minimum=0)
    maximum: int | None = option(None, "Warm ones at most; with it their number follows the load.", minimum=1)
    standby: int = option(1, "Warm ones at least in a region that stands by; it grows from there.", minimum=0)
    utilization: float = option(0.7, "Share of the warm ones in use to aim at.", minimum=0.1, maximum=0.9)
    schedules: Mapping[str, WarmTime] = option({}, "Other numbers at other times, by name.")

    def faults(self) -> Iterator[Fault]:
        """What cannot work, by its path."""
        if self.maximum is not None:
            yield from self._faults_of_range(self.maximum)
        for name, time in self.schedules.items():
            yield from self._faults_of_time(f"schedules.{name}", time)

    def _faults_of_range(self, maximum: int) -> Iterator[Fault]:
        for path, least in (("minimum", self.minimum), ("standby", self.standby)):
            if least > maximum:
                yield Fault("maximum", f"{maximum} is less than `{path}`, which is {least}", f"write {least} or more")
            elif least == 0:
                # The share in use of nothing is not measured: no alarm would ever ask for the first one.
                yield Fault(path, "0 never grows: the load is measured at warm ones", "write 1 or more")

    def _faults_of_time(self, path: str, time: WarmTime) -> Iterator[Fault]:
        """A limit without the other meets what an earlier moment left; a minimum above a maximum is not carried out."""
        if self.maximum is None:
            if time.minimum is None:
                yield Fault(f"{path}.maximum", "says nothing where the number is fixed", "write `minimum`")
            return
        others = self.schedules.values()
        lowest = min([self.maximum, *(one.maximum for one in others if one.maximum is not None)])
        highest = max([self.minimum, self.standby, *(one.minimum for one in others if one.minimum is not None)])
        if time.maximum is None and time.minimum is not None and time.minimum > lowest:
            message = f"{time.minimum} can meet a maximum of {lowest}"
            yield Fault(f"{path}.minimum", message, "give `maximum` with it")
        if time.minimum is None and time.maximum is not None and time.maximum < highest:
            message = f"{time.maximum} can meet a minimum of {highest}"
            yield Fault(f"{path}.maximum", message, "give `minimum` with it")

    def most(self) -> int:
        """The largest number that anything here asks for."""
        times = [
            number for one in self.schedules.values() for number in (one.minimum, one.maximum) if number is not None
        ]
        return max(self.minimum, self.maximum or 0, self.standby, *times)


def concurrency_faults(path: str, reserved: int | None, provisioned: Provisioned | None) -> Iterator[Fault]:
    """What the two numbers of one function (at `path`) cannot be together."""
    if reserved is not None and provisioned is not None and provisioned.most() > reserved:
        yield Fault(
            f"{path}.provisioned_concurrency",
            f"asks for {provisioned.most()} warm ones; no more than {reserved} may run (`reserved_concurrency`)",
            "raise the one or lower the other",
        )


def add_provisioned(template: Template, title: str, *, function: str, alias: str, options: Provisioned) -> None:
    """The warm ones of a function's alias. `title` begins the logical ids, `function` is the function's full name.

    The alias with the logical id `<title>Live` must be there: it is registered by name, and Application Auto Scaling
    brings the number between the two limits at once (RegisterScalableTarget).
    """
    from troposphere import Ref
    from troposphere.applicationautoscaling import (
        PredefinedMetricSpecification,
        ScalingPolicy,
        TargetTrackingScalingPolicyConfiguration,
    )

    target = template.add_resource(_target(template, title, f"function:{function}:{alias}", options))
    if options.maximum is None:
        return
    template.add_resource(
        ScalingPolicy(
            f"{title}WarmByLoad",
            PolicyName=f"{function}-warm-by-load",
            PolicyType="TargetTrackingScaling",
            ScalingTargetId=Ref(target),
            TargetTrackingScalingPolicyConfiguration=TargetTrackingScalingPolicyConfiguration(
                PredefinedMetricSpecification=PredefinedMetricSpecification(PredefinedMetricType=METRIC),
                TargetValue=options.utilization,
            ),
        )
    )


def _target(template: Template, title: str, resource: str, options: Provisioned) -> ScalableTarget:
    from troposphere.applicationautoscaling import ScalableTarget

    fixed = options.maximum is None
    actions = [_action(template, name, one, fixed=fixed) for name, one in sorted(options.schedules.items())]
    return ScalableTarget(
        f"{title}Warm",
        DependsOn=[f"{title}Live"],
        ServiceNamespace="lambda",
        ScalableDimension=DIMENSION,
        ResourceId=resource,
        MinCapacity=by_role(template, options.minimum, options.standby),
        MaxCapacity=by_role(template, options.minimum, options.standby) if fixed else options.maximum,
        **({"ScheduledActions": actions} if actions else {}),
    )


def _action(template: Template, name: str, time: WarmTime, *, fixed: bool) -> object:
    from troposphere import Ref
    from troposphere.applicationautoscaling import ScalableTargetAction, ScheduledAction

    numbers = {"MinCapacity": time.minimum, "MaxCapacity": time.minimum if fixed else time.maximum}
    action = ScheduledAction(
        ScheduledActionName=camel(name),
        Schedule=time.at,
        Timezone=time.timezone,
        ScalableTargetAction=ScalableTargetAction(**{key: one for key, one in numbers.items() if one is not None}),
    )
    return action if time.standby else by_role(template, action, Ref("AWS::NoValue"))
