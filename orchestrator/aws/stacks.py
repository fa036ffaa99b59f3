"""ports.Stacks: what each stack really runs, and the few stacks that are made without a stack set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from orchestrator.aws.sessions import ONCE, Sessions, TimeOuts
from orchestrator.aws.shapes import moment, parameter_list, parameters_of, tag_list, tags_of
from orchestrator.aws.stack_events import first_failure
from orchestrator.aws.stack_states import refuse_unready
from orchestrator.aws.texts import cleaned
from orchestrator.core.canonical import canonical_json, digest, template_digest
from orchestrator.core.errors import AwsError, NotFound
from orchestrator.core.state import ResourceFailure, Stack

_NOTHING_TO_DO = "No updates are to be performed"


class AwsStacks:
    """CloudFormation in any account and region."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def list(self, account: str, region: str, *, name_contains: str) -> Sequence[Stack]:
        """One paged DescribeStacks without a name: far fewer calls than one per stack."""
        with self._calling("DescribeStacks", account, region) as client:
            pages = client.get_paginator("describe_stacks").paginate()
            found = [one for page in pages for one in page["Stacks"] if name_contains in one["StackName"]]
        return tuple(_stack(account, region, one) for one in found if one["StackStatus"] != "DELETE_COMPLETE")

    def template_digest(self, account: str, region: str, stack: str) -> str:
        """SHA-256 of the canonical template. NotFound when there is no such stack."""
        with self._calling("GetTemplate", account, region) as client:
            body = client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
        # botocore has parsed a JSON body already.
        return template_digest(body) if isinstance(body, str) else digest(canonical_json(body))

    def failure(self, account: str, region: str, stack: str) -> ResourceFailure | None:
        """The first resource failure of the stack's last change."""
        try:
            with self._calling("DescribeStackEvents", account, region) as client:
                pages = client.get_paginator("describe_stack_events").paginate(StackName=stack)
                return first_failure(event for page in pages for event in page["StackEvents"])
        except NotFound:
            return None

    def put(
        self,
        account: str,
        region: str,
        *,
        name: str,
        body: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        token: str,
    ) -> bool:
        """Create or update by name; False when there is nothing to do.

        AwsError for a stack that cannot be updated as it stands, with the command that helps; OperationInProgress
        while it is changing.
        """
        fields = {
            "StackName": name,
            "TemplateBody": body,
            "Parameters": parameter_list(parameters),
            "Tags": tag_list(tags),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "ClientRequestToken": token,
        }
        present = self._describe(account, region, name)
        if present is None:
            with self._calling("CreateStack", account, region, ONCE) as client:
                client.create_stack(**fields)
            return True
        refuse_unready(present)
        return self._update(account, region, fields)

    def get(self, account: str, region: str, name: str) -> Stack | None:
        """One stack with the digest of its template."""
        stack = self._describe(account, region, name)
        try:
            return stack and replace(stack, digest=self.template_digest(account, region, name))
        except NotFound:
            return None

    def delete(self, account: str, region: str, name: str, *, token: str) -> None:
        """Start DeleteStack; silent when it is gone."""
        try:
            with self._calling("DeleteStack", account, region) as client:
                client.delete_stack(StackName=name, ClientRequestToken=token)
        except NotFound:
            return

    def _calling(
        self, operation: str, account: str, region: str, time_outs: TimeOuts | None = None
    ) -> AbstractContextManager[Any]:
        return self._sessions.calling("cloudformation", operation, region=region, account=account, time_outs=time_outs)

    def _describe(self, account: str, region: str, name: str) -> Stack | None:
        try:
            with self._calling("DescribeStacks", account, region) as client:
                found = client.describe_stacks(StackName=name)["Stacks"]
        except NotFound:
            return None
        stacks = [_stack(account, region, one) for one in found if one["StackStatus"] != "DELETE_COMPLETE"]
        return stacks[0] if stacks else None

    def _update(self, account: str, region: str, fields: Mapping[str, Any]) -> bool:
        try:
            with self._calling("UpdateStack", account, region, ONCE) as client:
                client.update_stack(**fields)
        except AwsError as error:
            if error.code == "ValidationError" and _NOTHING_TO_DO in error.what:
                return False
            raise
        return True


def _stack(account: str, region: str, found: Any) -> Stack:
    outputs = sorted((one["OutputKey"], one.get("OutputValue", "")) for one in found.get("Outputs", ()))
    return Stack(
        account=account,
        region=region,
        name=found["StackName"],
        id=found.get("StackId", ""),
        status=found["StackStatus"],
        status_reason=cleaned(found.get("StackStatusReason", "")),
        parameters=parameters_of(found),
        outputs=tuple(outputs),
        tags=tags_of(found),
        updated_at=moment(found.get("LastUpdatedTime") or found.get("CreationTime")),
    )
