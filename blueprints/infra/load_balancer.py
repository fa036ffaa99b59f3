"""A load balancer in each region that answers both host names by HTTPS; what is behind it belongs to compute.

The records of the shared and of the regional name lead to it, as they lead to API domains elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.container_names import load_balancer_name, load_balancer_parameter_name
from blueprints.faults import Fault
from blueprints.infra.load_balancer_logs import AccessLogs, access_log_attributes, add_access_log_bucket
from blueprints.infra.network_groups import join
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Ref, Template

    from blueprints.context import Context
    from blueprints.infra.network import Network

TLS_POLICIES = (
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
)
_TITLE = "LoadBalancer"
_CIDR = re.compile(r"\d{1,3}(\.\d{1,3}){3}/\d{1,2}")
_SERVICE_PORTS = (1024, 65535)


@dataclass(frozen=True, slots=True)
class LoadBalancerOptions:
    """What users meet first."""

    tls_policy: str = option(TLS_POLICIES[0], "Versions and ciphers of TLS.", choices=TLS_POLICIES)
    redirect: bool = option(True, "Send who asks by HTTP to HTTPS; false: port 80 is closed.")
    allow: tuple[str, ...] = option(
        ("0.0.0.0/0",), "Who may ask, as CIDRs; Route 53's checkers must be among them.", unique=True
    )
    idle_timeout: int = option(60, "Seconds until a silent connection is closed.", minimum=1, maximum=4000)
    deletion_protection: bool = option(True, "Refuse to delete it, whoever asks.")
    access_logs: AccessLogs | None = option(None, "A line for each request, in a bucket of the region.")

    def faults(self) -> Iterator[Fault]:
        """A load balancer that nobody may ask."""
        if not self.allow:
            yield Fault("allow", "is empty", "name addresses, or leave it out")
        for at, one in enumerate(self.allow):
            if _CIDR.fullmatch(one) is None:
                yield Fault(f"allow[{at}]", f"{one!r} is no range of addresses", "write it as 198.51.100.0/24")


def add_load_balancer(
    template: Template, context: Context, options: LoadBalancerOptions, *, network: Network, certificate: Ref
) -> tuple[str, ...]:
    """The load balancer with its listeners; returns the logical id of what was made last.

    Outputs: the target and the zone of an alias record, for both names. Whatever no service asks for is answered 404.
    Made once the certificate is proven: protected, it would be left behind by a first creation that rolls back.
    """
    from troposphere import GetAtt, Output

    group = _add_group(template, context, options, network)
    logs = () if options.access_logs is None else add_access_log_bucket(template, context, options.access_logs)
    balancer = _add_balancer(template, context, options, network, group, after=("Certificate", *logs))
    listener = _add_listeners(template, options, balancer, certificate)
    _leave(template, context, listener)
    for title in ("Shared", "Regional"):
        template.add_output(Output(f"{title}Target", Value=GetAtt(_TITLE, "DNSName")))
        template.add_output(Output(f"{title}TargetZoneId", Value=GetAtt(_TITLE, "CanonicalHostedZoneID")))
    return (listener,)


def _add_group(template: Template, context: Context, options: LoadBalancerOptions, network: Network) -> Ref:
    from troposphere import Ref
    from troposphere.ec2 import SecurityGroup, SecurityGroupRule

    ports = (443, 80) if options.redirect else (443,)
    entering = [
        SecurityGroupRule(IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp=one, Description="users")
        for one in options.allow
        for port in ports
    ]
    group = SecurityGroup(
        f"{_TITLE}Group",
        GroupDescription=f"{context.prefix}: the load balancer",
        VpcId=network.vpc,
        SecurityGroupIngress=entering,
        # A rule of its own lets it reach the services; without any, EC2 would let it reach everything.
        SecurityGroupEgress=[
            SecurityGroupRule(IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32")
        ],
    )
    made = Ref(template.add_resource(group))
    join(template, f"{_TITLE}ToServices", made, network.groups.services, _SERVICE_PORTS)
    return made


def _add_balancer(
    template: Template,
    context: Context,
    options: LoadBalancerOptions,
    network: Network,
    group: Ref,
    *,
    after: tuple[str, ...],
) -> Ref:
    from troposphere import Ref
    from troposphere.elasticloadbalancingv2 import LoadBalancer, LoadBalancerAttributes

    attributes = {
        "deletion_protection.enabled": str(options.deletion_protection).lower(),
        "idle_timeout.timeout_seconds": str(options.idle_timeout),
        "routing.http.drop_invalid_header_fields.enabled": "true",
        # A request that two could read in two ways, as smuggled ones are, does not get through; others that bend the
        # standard do.
        "routing.http.desync_mitigation_mode": "defensive",
        **access_log_attributes(context, options.access_logs),
    }
    balancer = LoadBalancer(
        _TITLE,
        DependsOn=[*after, "NetworkInternetAttachment"],
        Name=load_balancer_name(context),
        Type="application",
        Scheme="internet-facing",
        Subnets=list(network.public),
        SecurityGroups=[group],
        LoadBalancerAttributes=[LoadBalancerAttributes(Key=key, Value=value) for key, value in attributes.items()],
    )
    return Ref(template.add_resource(balancer))


def _add_listeners(template: Template, options: LoadBalancerOptions, balancer: Ref, certificate: Ref) -> str:
    from troposphere.elasticloadbalancingv2 import Action, Certificate, FixedResponseConfig, Listener, RedirectConfig

    nothing = FixedResponseConfig(
        StatusCode="404", ContentType="application/json", MessageBody='{"error": "no such path"}'
    )
    template.add_resource(
        Listener(
            "LoadBalancerHttps",
            LoadBalancerArn=balancer,
            Port=443,
            Protocol="HTTPS",
            SslPolicy=options.tls_policy,
            Certificates=[Certificate(CertificateArn=certificate)],
            DefaultActions=[Action(Type="fixed-response", FixedResponseConfig=nothing)],
        )
    )
    if options.redirect:
        onward = RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
        template.add_resource(
            Listener(
                "LoadBalancerHttp",
                LoadBalancerArn=balancer,
                Port=80,
                Protocol="HTTP",
                DefaultActions=[Action(Type="redirect", RedirectConfig=onward)],
            )
        )
    return "LoadBalancerHttps"


def _leave(template: Template, context: Context, listener: str) -> None:
    from troposphere import GetAtt, Ref
    from troposphere.ssm import Parameter

    left = {"Listener": ("listener", Ref(listener)), "FullName": ("full-name", GetAtt(_TITLE, "LoadBalancerFullName"))}
    for title, (what, value) in left.items():
        name = load_balancer_parameter_name(context, what)
        template.add_resource(Parameter(f"{_TITLE}{title}Parameter", Name=name, Type="String", Value=value))
