"""ports.Certificates: the CNAMEs by which ACM proves that we own a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.ports import ValidationRecord

# Without the filter ACM lists RSA_1024 and RSA_2048 only.
_KEY_TYPES = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
_START = datetime.min.replace(tzinfo=UTC)


class AwsCertificates:
    """ACM in any account and region."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def validations(self, account: str, region: str, *, hosts: frozenset[str]) -> Sequence[ValidationRecord]:
        """One per host, of the newest certificate that covers it; hosts whose CNAME ACM has not made yet are absent."""
        open_hosts, records = set(hosts), list[ValidationRecord]()
        for arn in self._candidates(account, region, hosts):
            if not open_hosts:
                break
            for option in self._options(account, region, arn):
                if option["DomainName"] in open_hosts:
                    open_hosts.discard(option["DomainName"])
                    records.extend(_record(arn, option))
        # A wildcard and its parent share one CNAME.
        return tuple({(one.name, one.value): one for one in records}.values())

    def _calling(self, operation: str, account: str, region: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("acm", operation, region=region, account=account)

    def _candidates(self, account: str, region: str, hosts: frozenset[str]) -> list[str]:
        """ARNs of the certificates that may cover one of the hosts, newest first."""
        with self._calling("ListCertificates", account, region) as acm:
            pages = acm.get_paginator("list_certificates").paginate(
                CertificateStatuses=["PENDING_VALIDATION", "ISSUED"],
                Includes={"keyTypes": _KEY_TYPES},
                PaginationConfig={"PageSize": 1000},
            )
            found = [one for page in pages for one in page.get("CertificateSummaryList", ()) if _may_cover(one, hosts)]
        found.sort(key=lambda one: one.get("CreatedAt", _START), reverse=True)
        return [one["CertificateArn"] for one in found]

    def _options(self, account: str, region: str, arn: str) -> Sequence[Any]:
        with self._calling("DescribeCertificate", account, region) as acm:
            found = acm.describe_certificate(CertificateArn=arn)
        return tuple(found.get("Certificate", {}).get("DomainValidationOptions", ()))


def _may_cover(summary: Any, hosts: frozenset[str]) -> bool:
    names = {summary.get("DomainName", ""), *summary.get("SubjectAlternativeNameSummaries", ())}
    return bool(names & hosts) or bool(summary.get("HasAdditionalSubjectAlternativeNames"))


def _record(arn: str, option: Any) -> Iterator[ValidationRecord]:
    record = option.get("ResourceRecord")
    if record:
        yield ValidationRecord(
            certificate=arn,
            name=record["Name"].lower().removesuffix("."),
            value=record["Value"],
            validated=option.get("ValidationStatus") == "SUCCESS",
        )
