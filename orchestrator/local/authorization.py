"""Policies for the services of ours, when IAM is enforced: the emulator judges, we say which action and resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orchestrator.local.emulator import acting_in
from orchestrator.local.request import Request
from orchestrator.local.routing_controls import asked_of, refused
from orchestrator.local.wire import Reply, json_error, query_error, rest_error

_CLUSTER = "route53-recovery-cluster"
_NO_KEYS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the caller must be allowed to do; `keys` are condition keys of the request."""

    action: str
    resource: str
    keys: Mapping[str, str] = field(default_factory=lambda: _NO_KEYS)


def refusal(request: Request, account: str) -> Reply | None:
    """AWS's answer when the caller's policies do not allow a call that we serve; None when they do.

    Always None while IAM is not enforced.
    """
    from ministack import app

    if not app.AUTH:
        return None
    for check in _checks(request, account):
        principal, why = _refused_principal(request, account, check)
        if principal:
            message = f"User: {principal} is not authorized to perform: {check.action} on resource: {check.resource}"
            return _denied(request.service, f"{message} {why}".rstrip())
    return None


def _checks(request: Request, account: str) -> Iterator[Check]:
    if request.service == "cloudformation":
        yield from _stack_set_checks(request.form, request.action, request.region, account)
        return
    if request.service == _CLUSTER:
        arns, overrides = asked_of(request)
        keys = {f"{_CLUSTER}:AllowSafetyRulesOverrides": str(overrides).lower()}
        yield from (Check(f"{_CLUSTER}:{request.action}", arn, keys) for arn in arns)
        return
    if request.service == "apigateway":
        resource = request.path.removeprefix("/v2")
        yield Check(f"apigateway:{request.method}", f"arn:aws:apigateway:{request.region}::{resource}")
        return
    from ministack.core.iam_actions import extract_iam_action

    action = extract_iam_action("route53", request.method, request.path, {}, request.body, {})
    if action:
        yield Check(action, _route53_resource(request.path))


def _stack_set_checks(form: Mapping[str, str], action: str, region: str, account: str) -> Iterator[Check]:
    name = form.get("StackSetName", "")
    resource = f"arn:aws:cloudformation:{region}:{account}:stackset/{name}:" if name else "*"
    yield Check(f"cloudformation:{action}", resource)
    if any(key.startswith("Tags.member.") for key in form):
        yield Check("cloudformation:TagResource", resource)
    role = form.get("AdministrationRoleARN", "")
    if role:
        yield Check("iam:PassRole", role, {"iam:PassedToService": "cloudformation.amazonaws.com"})


def _route53_resource(path: str) -> str:
    parts = path.strip("/").split("/")
    known = {"healthcheck", "hostedzone", "change"}
    at = next((number for number, part in enumerate(parts) if part in known), None)
    if at is None or at + 1 >= len(parts):
        return "*"
    return f"arn:aws:route53:::{parts[at]}/{parts[at + 1]}"


def _refused_principal(request: Request, account: str, check: Check) -> tuple[str, str]:
    """Who is refused and why, in AWS's words; ("", "") when allowed."""
    from ministack.core.iam_evaluator import AuthError, enforce

    with acting_in(account, request.region):
        denied = enforce(
            request.access_key,
            check.action,
            check.action.partition(":")[0],
            request.region,
            resource_arn=check.resource,
            service_context=dict(check.keys),
        )
    if denied is None:
        return "", ""
    if isinstance(denied, AuthError):
        return str(denied.message), ""
    if denied.decision == "Deny":
        return str(denied.principal_arn), "with an explicit deny in an identity-based policy"
    return str(denied.principal_arn), f"because no identity-based policy allows the {check.action} action"


def _denied(service: str, message: str) -> Reply:
    if service == "route53":
        return rest_error("AccessDenied", message, 403)
    if service == _CLUSTER:
        return refused("AccessDeniedException", message, 403)
    if service == "apigateway":
        return json_error("AccessDeniedException", message, 403)
    return query_error(service, "AccessDenied", message, 403)
