"""The name server struck by faults of its own plane."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.query
import dns.rcode
import pytest

from tests.embedded import Embedded


def ask(embedded: Embedded, timeout_s: float) -> dns.message.Message:
    query = dns.message.make_query("d-abc123.execute-api.us-east-1.amazonaws.com", "A")
    return dns.query.udp(query, "127.0.0.1", port=embedded.aws.dns_port, timeout=timeout_s)


def test_a_black_hole_of_dns_answers_no_question(embedded: Embedded) -> None:
    with embedded.fault(kind="blackhole", plane="dns"), pytest.raises(dns.exception.Timeout):
        ask(embedded, 0.5)

    assert ask(embedded, 10).rcode() == dns.rcode.NOERROR


def test_an_outage_of_dns_is_a_servfail(embedded: Embedded) -> None:
    with embedded.fault(kind="outage", plane="dns"):
        struck = ask(embedded, 10)

    assert struck.rcode() == dns.rcode.SERVFAIL
    assert struck.answer == []
