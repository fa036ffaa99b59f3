"""Templates at the limits of CloudFormation: how they are sent, and what is told before it happens.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.core.canonical import tightened
from orchestrator.core.plan import Finding, Severity

LARGEST_BODY = 51_200
"""Bytes of a template that CloudFormation takes inside a call."""


MOST_LOOKUPS = 60
"""Dynamic references that CloudFormation takes in a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""


def as_sent(body: str) -> str:
    """The text that goes to CloudFormation: without indentation, a third of it, where it is too large with it."""
    return body if _size(body) <= LARGEST_BODY else tightened(body)


def goes_by_url(body: str) -> bool:
    """Too large for a call even without indentation: CloudFormation must read it from S3."""
    return _size(as_sent(body)) > LARGEST_BODY


def size_findings(bodies: Mapping[str, str]) -> tuple[Finding, ...]:
    """A note per template (layer -> text) that goes by URL, an error per one that has more looked up than may be."""
    return (*_large(bodies), *_looked_up(bodies))


def _large(bodies: Mapping[str, str]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "template-by-url",
            Severity.INFO,
            f"the {layer} template",
            f"has {_size(as_sent(body)):,} bytes, and a call takes {LARGEST_BODY:,}: it is put into the home region's "
            "artifact bucket, and CloudFormation reads it from there",
        )
        for layer, body in sorted(bodies.items())
        if goes_by_url(body)
    )


def _looked_up(bodies: Mapping[str, str]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "template-lookups",
            Severity.ERROR,
            f"the {layer} template",
            f"has {found} dynamic references, and CloudFormation takes {MOST_LOOKUPS}: the stack would fail; have "
            "fewer functions and services in the network, or look a value up once: keep it in an SSM parameter of the "
            "stack, and refer to that",
        )
        for layer, body in sorted(bodies.items())
        if (found := body.count("{{resolve:")) > MOST_LOOKUPS
    )


def _size(body: str) -> int:
    return len(body.encode())
