"""A name server on the loopback, UDP and TCP: authoritative for every hosted zone of the embedded AWS.

It also knows AWS's own names (API Gateway's, load balancers'), which stand for a region's loopback address. A question
that comes from a region's address (127.0.1.x) counts as asked in that region: latency records go by it.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from orchestrator.core.answers import Answer
from orchestrator.local.faults import FaultBook, FaultKind
from orchestrator.local.regions import ADDRESSES
from orchestrator.local.zones import Zone, Zones, address_of

_REGIONS = {address: region for region, address in ADDRESSES.items()}
_AWS_TTL_S = 60
_LONGEST_TCP_S = 10.0
_PLAIN_UDP_BYTES = 512


class DnsServer:
    """Answers from `zones`; every TTL is divided by `clock_factor`, and never below 1. Faults of plane `dns` strike."""

    def __init__(self, zones: Zones, faults: FaultBook, *, port: int, clock_factor: float) -> None:
        self._zones, self._faults, self._port, self._factor = zones, faults, port, clock_factor
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens on both protocols. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self.reply), ("127.0.0.1", self._port))
        self._tcp = await asyncio.start_server(self._converse, "127.0.0.1", self._port)

    def close(self) -> None:
        """Stops listening."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()

    def reply(self, wire: bytes, client: str, most_bytes: int | None) -> bytes:
        """The answer to one question, b"" for silence. `most_bytes` None: as many as the client takes by UDP."""
        try:
            query = dns.message.from_wire(wire, ignore_trailing=True)
        except dns.exception.DNSException:
            return b""
        if query.flags & dns.flags.QR or self._faults.strike(FaultKind.BLACKHOLE, plane="dns"):
            return b""
        response = dns.message.make_response(query, our_payload=4096)
        if self._faults.strike(FaultKind.OUTAGE, plane="dns"):
            response.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(response, query, _REGIONS.get(client, ""))
        limit = most_bytes or max(query.payload, _PLAIN_UDP_BYTES)
        try:
            return response.to_wire(max_size=limit)
        except dns.exception.TooBig:
            short = dns.message.make_response(query, our_payload=4096)
            short.flags |= dns.flags.TC | dns.flags.AA
            return short.to_wire(max_size=limit)

    def _fill(self, response: dns.message.Message, query: dns.message.Message, client_region: str) -> None:
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            response.set_rcode(dns.rcode.NOTIMP)
            return
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        own = address_of(name)
        zone = self._zones.zone_of(name)
        if question.rdclass != dns.rdataclass.IN or (zone is None and not own):
            response.set_rcode(dns.rcode.REFUSED)
            return
        response.flags |= dns.flags.AA
        if zone is None:
            if question.rdtype == dns.rdatatype.A:
                response.answer.append(self._rrset(question.name, _AWS_TTL_S, "A", (own,)))
            return
        kind = dns.rdatatype.to_text(question.rdtype)
        found = self._zones.ask(zone, name, kind, client_region=client_region)
        response.answer += self._chain(question.name, kind, found)
        if found.nxdomain:
            response.set_rcode(dns.rcode.NXDOMAIN)
        if not response.answer:
            response.authority += self._authority(zone)

    def _chain(self, name: dns.name.Name, kind: str, found: Answer) -> list[dns.rrset.RRset]:
        """CNAMEs as they stand; an alias answers under the name that points at it."""
        links = []
        for record in found.records:
            if record.type == "CNAME" and record.alias is None and kind != "CNAME":
                onward = str(record.values[0])
                links.append(self._rrset(name, record.ttl_s or 0, "CNAME", (onward,)))
                name = dns.name.from_text(onward)
        values = tuple(value for value in found.values if _rdata(kind, value) is not None)
        return [*links, self._rrset(name, _last_ttl(found, kind), kind, values)] if values else links

    def _authority(self, zone: Zone) -> list[dns.rrset.RRset]:
        """The zone's SOA, which says how long a "no" may be kept."""
        soa = next((one for one in zone.records if one.type == "SOA" and one.name == zone.name), None)
        if soa is None:
            return []
        values = tuple(str(value) for value in soa.values)
        return [self._rrset(dns.name.from_text(zone.name), soa.ttl_s or 0, "SOA", values)]

    def _rrset(self, name: dns.name.Name, ttl_s: int, kind: str, values: tuple[str, ...]) -> dns.rrset.RRset:
        ttl = max(1, round(ttl_s / self._factor))
        return dns.rrset.from_rdata_list(name, ttl, [one for one in (_rdata(kind, value) for value in values) if one])

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Messages one after another, each behind its length."""
        client = writer.get_extra_info("peername")[0]
        try:
            async with asyncio.timeout(_LONGEST_TCP_S):
                while True:
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    answer = self.reply(await reader.readexactly(length), client, 65_535)
                    if not answer:
                        return
                    writer.write(struct.pack("!H", len(answer)) + answer)
                    await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Answers each datagram where it came from."""

    def __init__(self, reply: Callable[[bytes, str, int | None], bytes]) -> None:
        self._reply = reply
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own datagram transports are none by their class.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._reply(data, addr[0], None)
        if answer and self._transport is not None:
            self._transport.sendto(answer, addr)


def _last_ttl(found: Answer, kind: str) -> int:
    """The TTL at the end of the chain: the record's own, or what AWS gives its own names."""
    last = found.records[-1]
    return last.ttl_s or 0 if last.alias is None and last.type == kind else _AWS_TTL_S


def _rdata(kind: str, value: str) -> dns.rdata.Rdata | None:
    """The value as data of a type; names in it are absolute, with or without their last dot, as in Route 53.

    None when it is none: a chain that leaves AWS ends in a name, which is no address.
    """
    try:
        return dns.rdata.from_text(dns.rdataclass.IN, kind, value, origin=dns.name.root, relativize=False)
    except dns.exception.DNSException:
        return None
