"""CloudFront as visitors meet it: distributions of all accounts, and origin groups, which the emulator does not follow.

The second origin of a group answers when the first one fails: with a status that the group names, or because S3 of its
region has a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from orchestrator.local.emulator import acting_in
from orchestrator.local.faults import FaultBook, FaultKind, failure

_THEN = "_then"
_REGION = re.compile(r"\.s3\.([a-z0-9-]+)\.amazonaws\.com$")


class Edge:
    """Installs itself into the emulator's CloudFront."""

    def __init__(self, faults: FaultBook) -> None:
        self._faults = faults

    def install(self) -> None:
        """Called once, before the first request."""
        from ministack import app
        from ministack.services import cloudfront

        self._serve = app._handle_cloudfront_dataplane_request
        self._parse = cloudfront.parse_distribution_dataplane_config
        self._fetch = cloudfront._fetch_from_origin
        app._handle_cloudfront_dataplane_request = self.serve
        cloudfront.parse_distribution_dataplane_config = self.parse
        cloudfront._fetch_from_origin = self.fetch

    async def serve(self, host: str, *request: Any) -> Any:
        """A visitor has no account: the distribution's own is asked. None for a host that is no distribution's."""
        from ministack import app
        from ministack.services import cloudfront

        label = app._parse_cloudfront_dataplane_host(host)
        for (account, _), found in list(cloudfront._distributions._data.items()):
            if label and found["DomainName"].partition(".")[0] == label:
                with acting_in(account, "us-east-1"):
                    return await self._serve(host, *request)
        return None

    def parse(self, distribution: dict[str, Any]) -> Any:
        """What the emulator reads of a distribution, with each group among its origins."""
        from ministack.services import cloudfront

        parsed = self._parse(distribution)
        origins = parsed["origins"]
        for group in _named(cloudfront._dist_config_el(distribution), "OriginGroup"):
            first, second = (origins[one.text] for one in _named(group, "OriginId"))
            codes = tuple(int(one.text or 0) for one in _named(group, "StatusCode"))
            name = next(_named(group, "Id")).text
            origins[name] = {**first, _THEN: (second, codes)}
        return parsed

    async def fetch(self, origin: dict[str, Any], *request: Any) -> Any:
        """The answer of the first origin, or of the second one where that failed."""
        from ministack.services.cloudfront import OriginTimeout, OriginUnreachable

        if _THEN not in origin:
            return await self._from(origin, *request)
        second, codes = origin[_THEN]
        try:
            answer = await self._from(origin, *request)
        except (OriginTimeout, OriginUnreachable):
            return await self._from(second, *request)
        return await self._from(second, *request) if answer[0] in codes else answer

    async def _from(self, origin: dict[str, Any], *request: Any) -> Any:
        """A black hole is not waited for: CloudFront's time-out is over at once."""
        from ministack.services.cloudfront import OriginTimeout

        region = _REGION.search(origin["domain_name"])
        kinds = (FaultKind.OUTAGE, FaultKind.THROTTLE, FaultKind.ERROR, FaultKind.BLACKHOLE)
        where = {"plane": "control", "region": region[1] if region else "", "service": "s3", "operation": "GetObject"}
        fault = self._faults.strike(*kinds, **where)
        if fault is None:
            return await self._fetch(origin, *request)
        if fault.kind is FaultKind.BLACKHOLE:
            raise OriginTimeout(origin["domain_name"])
        reply = failure("s3", fault)
        return reply.status, "", dict(reply.headers), reply.body


def _named(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element.iter() if one.tag.rpartition("}")[2] == name)
