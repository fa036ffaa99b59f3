"""Templates too large for a call: what becomes of them is told before it happens.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.core.plan import Finding, Severity

LARGEST_BODY = 51_200
"""Bytes of a template that CloudFormation takes inside a call."""


def size_findings(bodies: Mapping[str, str]) -> tuple[Finding, ...]:
    """One note per template (layer -> text) that goes by URL."""
    sizes = {layer: len(body.encode()) for layer, body in bodies.items()}
    return tuple(
        Finding(
            "template-by-url",
            Severity.INFO,
            f"the {layer} template",
            f"has {size:,} bytes, and a call takes {LARGEST_BODY:,}: it is put into the home region's artifact bucket, "
            "and CloudFormation reads it from there",
        )
        for layer, size in sorted(sizes.items())
        if size > LARGEST_BODY
    )
