"""The health of every check, from its checkers, alarms and routing controls, by core's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orchestrator.core.check_health import CheckState, check_health
from orchestrator.core.dns import CheckKind, HealthCheck
from orchestrator.local.alarms import AlarmWatch
from orchestrator.local.checks_in_core import core_check
from orchestrator.local.health_checks import HealthCheckStore
from orchestrator.local.routing_controls import RoutingControls


class Health:
    """`endpoint` tells what the checkers of a check think. Checks of all accounts, since records may carry any."""

    def __init__(
        self,
        store: HealthCheckStore,
        endpoint: Callable[[str], CheckState],
        alarms: AlarmWatch,
        controls: RoutingControls,
    ) -> None:
        self._store, self._endpoint, self._alarms, self._controls = store, endpoint, alarms, controls

    def by_id(self) -> Mapping[str, bool]:
        """Healthy or not, of every check there is."""
        return {check_id: healthy for check_id, (healthy, _) in self.told().items()}

    def told(self) -> Mapping[str, tuple[bool, str]]:
        """The same with the reason."""
        checks = {one.id: (account, core_check(one)) for account, one in self._store.everything()}
        states = {check_id: self._state(account, check) for check_id, (account, check) in checks.items()}
        alone = {check_id: check for check_id, (_, check) in checks.items()}
        return {check_id: check_health(check, states, alone) for check_id, check in alone.items()}

    def _state(self, account: str, check: HealthCheck) -> CheckState:
        if check.kind is CheckKind.CLOUDWATCH_METRIC:
            return self._alarms.state(account, check)
        if check.kind is CheckKind.RECOVERY_CONTROL:
            return CheckState(last_known=self._controls.is_on(check.routing_control))
        return self._endpoint(check.id)
