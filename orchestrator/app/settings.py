"""What the command line chose, and the workspace it opens: configuration, environment, names, ports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import Refused, Throttled, Unreachable, UsageError
from orchestrator.core.names import Names
from orchestrator.core.topology import Environment, Topology

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from orchestrator.aws.credentials import CredentialSource
    from orchestrator.aws.denial import Denial
    from orchestrator.aws.sessions import Call, Sessions, TimeOuts
    from orchestrator.config import Loaded
    from orchestrator.executor import Polling
    from orchestrator.local import LocalAws
    from orchestrator.ports import Clock, NameLookup, Outages, Ports, Probe, ZoneServers


_EMBEDDED = "the embedded AWS"
_ROUTE53_PACE = 5.0
"""The embedded Route 53 throttles nobody: it is asked at least so many times as often as AWS allows."""
_DATA_PLANE_SERVICES = frozenset({"cloudwatch", "route53-recovery-cluster", "s3", "sts"})
"""Levers, and the records of releases in the buckets of the regions that are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`state_dir` holds packages, journals and the embedded AWS. `on_call` hears of every AWS request.

    `impatient`: short time-outs and no second try, for an operator who looks. `denied_regions`: where AWS must not be
    called, beside the failing region; verbs of the data plane only. `journals`: where runs are recorded, if elsewhere.
    `break_lock` is asked before a lock that somebody holds is taken from him, and raises Refused to leave it; None: it
    is never taken. `also_packaged`: files that are put into every package of code, beside what regions.yaml names;
    where there is no package, another release of the same templates.
    `brought_gates` False leaves out the gates that ask what is no part of the application, and the hours without
    drills: for a world of its own.
    `taken_over`: names in the zone whose records may be replaced whoever made them. `despite_drill`: a drill that was
    not put back is told and forbids no deployment.
    """

    config: Path = Path("regions.yaml")
    environment: str = ""
    local: bool = False
    state_dir: Path = Path(".orchestrator")
    on_call: Callable[[Call], None] | None = None
    impatient: bool = False
    denied_regions: frozenset[str] = frozenset()
    journals: Path | None = None
    also_packaged: tuple[Path, ...] = ()
    break_lock: Callable[[str], None] | None = None
    brought_gates: bool = True
    taken_over: frozenset[str] = frozenset()
    despite_drill: bool = False

    @property
    def local_dir(self) -> Path:
        """Where the embedded AWS keeps its process file and log."""
        return self.state_dir / "local"

    @property
    def runs_dir(self) -> Path:
        """Where every run leaves its journal."""
        return self.journals or self.state_dir / "runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything a use case works with. `loaded` is the file as it is; `topology` has the gates that are passed.

    `clock_factor`: as in DataPlane.
    """

    settings: Settings
    loaded: Loaded
    topology: Topology
    environment: Environment
    accounts: tuple[str, ...]
    names: Names
    ports: Ports
    polling: Polling
    clock_factor: float = 1.0
    simulated: str = ""
    """What stands in for AWS, "" for AWS itself."""
    workers: Executor | None = None
    """Who makes the calls: threads by default. In virtual time a run makes them itself, and copies no journal."""

    @property
    def configuration_digest(self) -> str:
        """SHA-256 of regions.yaml."""
        return self.loaded.digest


def open_configuration(settings: Settings) -> tuple[Loaded, Environment]:
    """Read regions.yaml and pick the environment. Raises ConfigurationError, UsageError."""
    from orchestrator.config import load

    loaded = load(settings.config)
    return loaded, _environment(loaded.topology, settings.environment)


def open_workspace(settings: Settings, *, bootstrap_role: bool = False, scaled: bool = False) -> Workspace:
    """Configuration and ports. Asks AWS who we are. Raises ConfigurationError, UsageError, Refused, AwsError.

    `bootstrap_role`: enter target accounts by the role that is there before ours is. `scaled`: the clock of the run is
    as fast as that of the embedded AWS.
    """
    loaded, environment = open_configuration(settings)
    topology = loaded.topology if settings.brought_gates else _rehearsed(loaded.topology)
    role = topology.access.bootstrap_role if bootstrap_role else _access_role(topology, environment)
    outside = _local(settings, topology, role, scaled=scaled) if settings.local else _aws(settings, topology, role)
    ports = _ports(outside, topology, environment)
    home_account = ports.identity.home_account()
    return Workspace(
        settings=settings,
        loaded=loaded,
        topology=topology,
        environment=environment,
        accounts=environment.accounts or _accounts_of_units(settings, ports, environment),
        names=Names(topology.application, environment.name, home_account),
        ports=ports,
        polling=_polling(settings, outside.clock_factor),
        clock_factor=outside.clock_factor,
        simulated=_EMBEDDED if settings.local else "",
    )


def _polling(settings: Settings, factor: float) -> Polling:
    """The embedded AWS answers in milliseconds, does not throttle, and knows a role as soon as it is made.

    It is asked as often by this machine's clock, whatever the factor: it shares its processors with us.
    """
    from orchestrator.executor import Polling

    return Polling(shortest_s=0.1 * factor, longest_s=factor, settle_s=0) if settings.local else Polling()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlane:
    """What failing over works with: no account is asked for, no control plane and no denied region can be called.

    `clock_factor`: how many times faster time runs than on AWS; the ports' clock tells AWS's seconds.
    """

    settings: Settings
    topology: Topology
    environment: Environment
    names: Names
    ports: Ports
    polling: Polling
    clock_factor: float = 1.0
    simulated: str = ""
    configuration_digest: str = ""

    @property
    def accounts(self) -> tuple[str, ...]:
        """The target accounts; those of organizational units are not known here."""
        return self.environment.accounts


def open_data_plane(settings: Settings, *, region: str, failing: bool) -> DataPlane:
    """Configuration and ports without a call. Raises ConfigurationError, UsageError, Refused.

    `region` is what it is all about; `failing`: it must not be called through AWS's API.
    """
    from orchestrator.aws.denial import Denial

    loaded, environment = open_configuration(settings)
    topology = loaded.topology
    check_region(topology, region)
    role = _access_role(topology, environment)
    denied = settings.denied_regions | ({region} if failing else set())
    opened = partial(_local, scaled=True) if settings.local else _aws
    outside = opened(settings, topology, role, Denial(regions=denied, only_services=_DATA_PLANE_SERVICES))
    factor = outside.clock_factor
    return DataPlane(
        settings=settings,
        topology=topology,
        environment=environment,
        names=Names(topology.application, environment.name),
        ports=_ports(outside, topology, environment),
        polling=_polling(settings, factor),
        clock_factor=factor,
        simulated=_EMBEDDED if settings.local else "",
        configuration_digest=loaded.digest,
    )


def check_region(topology: Topology, region: str) -> None:
    """Raises UsageError for a region that regions.yaml does not have."""
    names = [one.name for one in topology.regions]
    if region in names:
        return
    near = get_close_matches(region, names, n=1)
    fix = f"did you mean {near[0]}?" if near else f"regions: {', '.join(names)}"
    raise UsageError(f"{topology.source} has no region {region}", fix=fix)


def _rehearsed(topology: Topology) -> Topology:
    """As it is where there is nothing but the application, and nobody whom a drill could disturb."""
    drills = replace(topology.drills, blocked=())
    return replace(topology, gates=topology.gates.without_brought(), drills=drills)


def _accounts_of_units(settings: Settings, ports: Ports, environment: Environment) -> tuple[str, ...]:
    try:
        return ports.organization.accounts(environment.organizational_units)
    except (Unreachable, Throttled):
        if settings.impatient:
            # Who looks still sees the accounts that instances are met in.
            return ()
        raise


def _environment(topology: Topology, wanted: str) -> Environment:
    names = [one.name for one in topology.environments]
    if not wanted and len(names) == 1:
        return topology.environments[0]
    if not wanted:
        raise UsageError(f"{topology.source} has several environments", fix=f"add --environment {'|'.join(names)}")
    found = next((one for one in topology.environments if one.name == wanted), None)
    if found is None:
        near = get_close_matches(wanted, names, n=1)
        fix = f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
        raise UsageError(f"{topology.source} has no environment {wanted}", fix=fix)
    return found


@dataclass(frozen=True, slots=True)
class _Outside:
    """The door to AWS, and what is asked beside it."""

    sessions: Sessions
    probe: Probe
    clock: Clock
    lookup: NameLookup
    zone_servers: ZoneServers
    outages: Outages
    clock_factor: float = 1.0
    route53_pace: float = 1.0


def _access_role(topology: Topology, environment: Environment) -> str:
    return Names(topology.application, environment.name).access_role(topology.access.role)


def _aws(settings: Settings, topology: Topology, role: str, deny: Denial | None = None) -> _Outside:
    from orchestrator.aws.outages import AwsOutages
    from orchestrator.aws.sessions import Sessions
    from orchestrator.clock import run_clock
    from orchestrator.lookup import SystemLookup
    from orchestrator.probe import HttpProbe
    from orchestrator.proxies import ensure_usable
    from orchestrator.zone_servers import DelegatedServers

    ensure_usable()
    sessions = Sessions(
        topology.partition,
        credentials=_assumed_roles(topology, role, deny),
        on_call=settings.on_call,
        time_outs=_time_outs(settings),
        deny=deny,
    )
    clock = run_clock()
    return _Outside(sessions, HttpProbe(clock), clock, SystemLookup(), DelegatedServers(), AwsOutages(sessions))


def _assumed_roles(topology: Topology, role: str, deny: Denial | None = None) -> CredentialSource:
    """STS is asked at home first; where some calls are denied, in the regions that are left before it."""
    from orchestrator.aws.credentials import AssumedRoles

    def role_arn(account: str) -> str:
        return f"arn:{topology.partition}:iam::{account}:role/{role}"

    others = tuple(one.name for one in topology.regions if one.name != topology.home_region)
    order = (*others, topology.home_region) if deny else (topology.home_region, *others)
    allowed = tuple(one for one in order if deny is None or deny.allows("sts", one))
    return AssumedRoles(role_arn=role_arn, sts_regions=allowed, session=topology.application)


def _local(
    settings: Settings, topology: Topology, role: str, deny: Denial | None = None, *, scaled: bool = False
) -> _Outside:
    """Where the embedded AWS enforces IAM, the caller's own credentials and the roles count, as on AWS.

    `scaled`: the clock is as fast as that of the embedded AWS; functions, and so probes, keep their own pace.
    """
    from orchestrator.app.local_clock import LocalClock
    from orchestrator.aws.credentials import LocalAccounts
    from orchestrator.aws.sessions import Sessions
    from orchestrator.clock import SystemClock
    from orchestrator.local import HOME_ACCOUNT, LocalOutages
    from orchestrator.lookup import LocalLookup
    from orchestrator.probe import LocalProbe
    from orchestrator.zone_servers import LocalServers

    running = running_local(settings)
    sessions = Sessions(
        topology.partition,
        credentials=_assumed_roles(topology, role, deny) if running.enforce_iam else LocalAccounts(HOME_ACCOUNT),
        endpoint_url=running.endpoint_url,
        on_call=settings.on_call,
        time_outs=_time_outs(settings),
        deny=deny,
    )
    factor = running.clock_factor if scaled else 1.0
    lookup = LocalLookup(running.dns_port)
    probe = LocalProbe(SystemClock(), dict(running.data_plane), running.data_port, lookup)
    clock = LocalClock(running, factor=factor)
    pace = max(running.clock_factor, _ROUTE53_PACE) / factor
    servers = LocalServers(running.dns_port)
    return _Outside(sessions, probe, clock, lookup, servers, LocalOutages(running), factor, route53_pace=pace)


def _time_outs(settings: Settings) -> TimeOuts | None:
    from orchestrator.aws.sessions import IMPATIENT

    return IMPATIENT if settings.impatient else None


def _ports(outside: _Outside, topology: Topology, environment: Environment) -> Ports:
    from orchestrator.aws import aws_ports
    from orchestrator.commands import ProcessCommands
    from orchestrator.ports import Ports

    zone = environment.hosted_zone.account

    def template_bucket(home_account: str) -> str:
        names = Names(topology.application, environment.name, home_account)
        return names.artifact_bucket(topology.home_region)

    gateways = aws_ports(
        outside.sessions,
        home_region=topology.home_region,
        clock=outside.clock,
        zone_account=zone,
        route53_pace=outside.route53_pace,
        template_bucket=template_bucket,
        cluster=topology.failover.cluster,
    )
    return Ports(
        clock=outside.clock,
        probe=outside.probe,
        lookup=outside.lookup,
        zone_servers=outside.zone_servers,
        outages=outside.outages,
        commands=ProcessCommands(),
        **gateways._asdict(),
    )


def running_local(settings: Settings) -> LocalAws:
    """The embedded AWS that runs for this project. Raises Refused when there is none."""
    from orchestrator import local

    running = local.status(settings.local_dir)
    if running is None:
        raise Refused("the embedded AWS is not running", fix="start it: orchestrator local up")
    return running
