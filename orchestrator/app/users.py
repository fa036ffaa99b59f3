"""The users of a run: who calls which names, through which resolvers, on AWS or on the embedded AWS."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from orchestrator.app.recording import RunUsers
from orchestrator.app.settings import DataPlane, Settings, Workspace, running_local
from orchestrator.core.topology import Environment, Topology
from orchestrator.exchange import Limits

if TYPE_CHECKING:
    from orchestrator.ports import Ports
    from orchestrator.traffic import Users

MOST_HOSTS = 20
"""Shared names that are called: with more accounts, the first so many."""
_NAME_SERVERS_S = 2.0
_TRIES = 3
_PATIENT = Limits(answer_s=10.0)
"""Users wait longer than Route 53's checkers do: a function that starts cold is slow, not down."""
_LOCAL_RATE_PER_S = 16.0
_LOOPBACK = "127.0.0.1"


def callers(workspace: Workspace) -> RunUsers | None:
    """Users of every shared name that is served now; None when there is none, or regions.yaml wants no traffic."""
    topology, environment = workspace.topology, workspace.environment
    if not topology.traffic.rate_per_s:
        return None
    hosts = served_hosts(workspace.ports, topology, environment, workspace.accounts)
    if not hosts:
        return None
    return _run_users(workspace, hosts)


def callers_later(plane: DataPlane) -> RunUsers | None:
    """Users of every shared name, found and started beside the run: a failover waits for no question of theirs."""
    hosts = tuple(dict.fromkeys(plane.environment.host_for(account) for account in plane.accounts))[:MOST_HOSTS]
    if not hosts or not plane.topology.traffic.rate_per_s:
        return None
    return _run_users(plane, hosts)


def _run_users(plane: Workspace | DataPlane, hosts: tuple[str, ...]) -> RunUsers:
    find = partial(users_of, plane.settings, plane.topology, plane.environment, hosts)
    return RunUsers(find, plane.ports.clock, plane.clock_factor)


def served_hosts(
    ports: Ports, topology: Topology, environment: Environment, accounts: tuple[str, ...]
) -> tuple[str, ...]:
    """The shared names that answer well now: nobody calls a name that was never served."""
    hosts = tuple(dict.fromkeys(environment.host_for(account) for account in accounts))[:MOST_HOSTS]
    path = topology.traffic.path

    def answers(host: str) -> bool:
        # Once more: the first question may meet a function that has not run for hours.
        return any(ports.probe.get(host=host, target=host, region="", path=path).ok for _ in range(_TRIES))

    with ThreadPoolExecutor(max_workers=MOST_HOSTS, thread_name_prefix="served") as workers:
        return tuple(host for host, ok in zip(hosts, workers.map(answers, hosts), strict=True) if ok)


def users_of(settings: Settings, topology: Topology, environment: Environment, hosts: tuple[str, ...]) -> Users:
    """The users of these hosts, by regions.yaml."""
    from orchestrator.name_servers import name_servers
    from orchestrator.traffic import Users

    traffic = topology.traffic
    if settings.local:
        running = running_local(settings)
        return Users(
            hosts=hosts,
            path=traffic.path,
            port=running.data_port,
            tls=False,
            # As dense in AWS's seconds as on AWS, as far as this machine can carry it beside the functions.
            limits=_PATIENT,
            rate_per_s=min(traffic.rate_per_s * running.clock_factor, max(traffic.rate_per_s, _LOCAL_RATE_PER_S)),
            resolvers=traffic.resolvers,
            dns_servers=(_LOOPBACK,),
            dns_port=running.dns_port,
            regions={address: region for region, address in running.data_plane.items()},
        )
    servers = name_servers(environment.hosted_zone.name, _NAME_SERVERS_S)
    return Users(
        hosts=hosts,
        path=traffic.path,
        limits=_PATIENT,
        rate_per_s=traffic.rate_per_s,
        resolvers=traffic.resolvers,
        dns_servers=servers,
    )
