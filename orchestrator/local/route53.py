"""Route 53 put together: checks and their checkers, alarms, zones, the name server, and the APIs over them."""

from __future__ import annotations

import argparse
import random
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from orchestrator.local.alarms import AlarmWatch
from orchestrator.local.checker_probe import CheckerProbe
from orchestrator.local.checkers import Checkers
from orchestrator.local.dns_answer_api import DnsAnswerApi
from orchestrator.local.dns_server import DnsServer
from orchestrator.local.faults import FaultBook
from orchestrator.local.health import Health
from orchestrator.local.health_checks import HealthCheckStore
from orchestrator.local.health_checks_api import HealthChecksApi
from orchestrator.local.records import RecordsGuard
from orchestrator.local.reports import StatusReports
from orchestrator.local.routing_controls import RoutingControls
from orchestrator.local.zones import Zones


@dataclass(frozen=True, slots=True)
class Route53:
    """What the door of the embedded AWS needs of it, and what runs beside."""

    health_checks: HealthChecksApi
    records: RecordsGuard
    dns_answers: DnsAnswerApi
    routing_controls: RoutingControls
    name_server: DnsServer
    background: tuple[Coroutine[Any, Any, None], ...]

    @classmethod
    def put_together(cls, options: argparse.Namespace, faults: FaultBook) -> Route53:
        """From the server's options. Nothing runs yet."""
        factor = options.clock_factor
        delay_s = options.propagation_delay_s / factor
        store = HealthCheckStore()
        alarms = AlarmWatch(store, factor)
        alarms.install()
        zones = Zones(lambda: health.by_id(), random.random, delay_s)
        probe = CheckerProbe(zones.address, data_port=options.data_port, clock_factor=factor)
        checkers = Checkers(store, probe, clock_factor=factor, draw=random.random)
        controls = RoutingControls()
        health = Health(store, checkers.state, alarms, controls)
        return cls(
            health_checks=HealthChecksApi(store, StatusReports(checkers, health.told)),
            records=RecordsGuard(store, zones, delay_s),
            dns_answers=DnsAnswerApi(zones),
            routing_controls=controls,
            name_server=DnsServer(zones, faults, port=options.dns_port, clock_factor=factor),
            background=(checkers.run(), alarms.run()),
        )
