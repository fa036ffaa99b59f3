"""Where credentials come from: one role per target account on AWS, the account number itself on the embedded AWS."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from orchestrator.aws.error_codes import CLOCK_SKEW
from orchestrator.core.errors import AwsError, Unreachable

Sts = Callable[[str, str], AbstractContextManager[Any]]
"""(operation, region) -> an STS client with the home account's credentials, errors translated."""


class CredentialSource(Protocol):
    """What a Sessions needs to know of credentials."""

    @property
    def ignores_configuration(self) -> bool:
        """True: profiles, configuration files and AWS_* variables of this machine play no part."""
        ...

    def home_account(self, sts: Sts) -> str:
        """The 12-digit account that we run in."""
        ...

    def credentials(self, account: str, sts: Sts) -> Any | None:
        """botocore credentials for one account ("" is home); None: botocore's own chain."""
        ...


@dataclass(frozen=True, slots=True)
class LocalAccounts:
    """The embedded AWS takes the access key id for the account."""

    home: str
    ignores_configuration: bool = True

    def home_account(self, sts: Sts) -> str:  # noqa: ARG002 - the protocol's
        """Known without asking."""
        return self.home

    def credentials(self, account: str, sts: Sts) -> Any:  # noqa: ARG002 - the protocol's
        """The account as access key id; the secret is never looked at."""
        from botocore.credentials import Credentials

        return Credentials(account or self.home, "local")


@dataclass(frozen=True, slots=True)
class AssumedRoles:
    """The caller's own credentials at home; elsewhere the role `role_arn(account)`.

    STS is asked in `sts_regions` only, in order: the next one when one is silent (never the global endpoint).
    `session` (a run, a user) becomes part of the role session name, which CloudTrail shows.
    """

    role_arn: Callable[[str], str]
    sts_regions: tuple[str, ...]
    session: str
    ignores_configuration: bool = False

    def home_account(self, sts: Sts) -> str:
        """sts:GetCallerIdentity."""
        return str(self._ask(sts, "GetCallerIdentity", lambda client: client.get_caller_identity())["Account"])

    def credentials(self, account: str, sts: Sts) -> Any | None:
        """Taken at the first call, renewed by botocore 10 to 15 minutes before they expire."""
        if not account:
            return None
        from botocore.credentials import DeferredRefreshableCredentials

        return DeferredRefreshableCredentials(lambda: self._assume(account, sts), "sts-assume-role")

    def _assume(self, account: str, sts: Sts) -> dict[str, str]:
        name = re.sub(r"[^\w+=,.@-]", "-", f"orchestrator-{self.session}", flags=re.ASCII)[:64]
        role = self.role_arn(account)
        answer = self._ask(sts, "AssumeRole", lambda client: client.assume_role(RoleArn=role, RoleSessionName=name))[
            "Credentials"
        ]
        if answer["Expiration"] <= datetime.now(UTC):
            raise AwsError("new credentials have expired already", where=f"sts:AssumeRole ({account})", fix=CLOCK_SKEW)
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": answer["Expiration"].isoformat(),
        }

    def _ask(self, sts: Sts, operation: str, call: Callable[[Any], Any]) -> Any:
        silence: AwsError | None = None
        for region in self.sts_regions:
            try:
                with sts(operation, region) as client:
                    return call(client)
            except Unreachable as error:
                silence = silence or error
        raise silence or AwsError("no region to ask STS in", fix="name at least one STS region")


def end_of(credentials: Any) -> datetime | None:
    """When botocore's credentials end, if they cannot be renewed: those of the environment, where it says so.

    AWS_CREDENTIAL_EXPIRATION is what `aws configure export-credentials` and login tools write beside the keys. Roles,
    SSO and instance profiles are renewed by botocore itself.
    """
    if credentials is None or credentials.method != "env":
        return None
    try:
        end = datetime.fromisoformat(os.environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    except ValueError:
        return None
    return end if end.tzinfo else end.replace(tzinfo=UTC)
