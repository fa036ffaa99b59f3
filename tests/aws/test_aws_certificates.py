from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from orchestrator.aws.certificates import AwsCertificates
from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import Throttled
from orchestrator.ports import ValidationRecord

ACCOUNT, REGION = "111111111111", "us-east-1"
HOSTS = frozenset({"sample.fed.dev", "us-east-1.sample.fed.dev"})
OLD, NEW = "arn:aws:acm:us-east-1:111111111111:certificate/old", "arn:aws:acm:us-east-1:111111111111:certificate/new"


@pytest.fixture
def gateway(sessions: Sessions) -> AwsCertificates:
    return AwsCertificates(sessions)


@pytest.fixture
def acm(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("acm", REGION, ACCOUNT)


def _summary(arn: str, name: str, day: int, *others: str, more: bool = False) -> dict[str, object]:
    return {
        "CertificateArn": arn,
        "DomainName": name,
        "SubjectAlternativeNameSummaries": [name, *others],
        "HasAdditionalSubjectAlternativeNames": more,
        "CreatedAt": datetime(2026, 1, day, tzinfo=UTC),
    }


def _option(host: str, status: str, value: str = "") -> dict[str, object]:
    option: dict[str, object] = {"DomainName": host, "ValidationStatus": status}
    record = {"Name": f"_X.{host}.", "Type": "CNAME", "Value": value}
    return {**option, "ResourceRecord": record} if value else option


def _described(arn: str, *options: dict[str, object]) -> dict[str, object]:
    return {"Certificate": {"CertificateArn": arn, "DomainValidationOptions": list(options)}}


def test_validations_come_from_the_newest_certificate_of_any_key_type(gateway: AwsCertificates, acm: Stubber) -> None:
    listing = {
        "CertificateStatuses": ["PENDING_VALIDATION", "ISSUED"],
        "Includes": {
            "keyTypes": [
                "RSA_1024",
                "RSA_2048",
                "RSA_3072",
                "RSA_4096",
                "EC_prime256v1",
                "EC_secp384r1",
                "EC_secp521r1",
            ]
        },
        "MaxItems": 1000,
    }
    unrelated = _summary("arn:aws:acm:us-east-1:111111111111:certificate/other", "other.dev", 9)
    first = {"CertificateSummaryList": [_summary(OLD, "sample.fed.dev", 1), unrelated], "NextToken": "2"}
    second = {"CertificateSummaryList": [_summary(NEW, "sample.fed.dev", 2, "us-east-1.sample.fed.dev")]}
    acm.add_response("list_certificates", first, listing)
    acm.add_response("list_certificates", second, {**listing, "NextToken": "2"})
    options = (
        _option("sample.fed.dev", "SUCCESS", "a.acm."),
        _option("us-east-1.sample.fed.dev", "PENDING_VALIDATION", "b.acm."),
    )
    acm.add_response("describe_certificate", _described(NEW, *options), {"CertificateArn": NEW})

    found = gateway.validations(ACCOUNT, REGION, hosts=HOSTS)

    assert found == (
        ValidationRecord(NEW, "_x.sample.fed.dev", "a.acm.", validated=True),
        ValidationRecord(NEW, "_x.us-east-1.sample.fed.dev", "b.acm.", validated=False),
    )


def test_a_host_whose_cname_is_not_made_yet_is_absent(gateway: AwsCertificates, acm: Stubber) -> None:
    acm.add_response("list_certificates", {"CertificateSummaryList": [_summary(NEW, "sample.fed.dev", 1)]})
    acm.add_response("describe_certificate", _described(NEW, _option("sample.fed.dev", "PENDING_VALIDATION")))

    assert gateway.validations(ACCOUNT, REGION, hosts=frozenset({"sample.fed.dev"})) == ()


def test_a_certificate_with_more_names_than_the_listing_shows_is_looked_into(
    gateway: AwsCertificates, acm: Stubber
) -> None:
    listed = [_summary(NEW, "a.dev", 2, more=True)]
    acm.add_response("list_certificates", {"CertificateSummaryList": listed})
    acm.add_response("describe_certificate", _described(NEW, _option("sample.fed.dev", "SUCCESS", "v.")))

    found = gateway.validations(ACCOUNT, REGION, hosts=frozenset({"sample.fed.dev"}))

    assert [one.value for one in found] == ["v."]


def test_hosts_without_a_certificate_have_no_validations(gateway: AwsCertificates, acm: Stubber) -> None:
    acm.add_response("list_certificates", {"CertificateSummaryList": []})

    assert gateway.validations(ACCOUNT, REGION, hosts=HOSTS) == ()


def test_throttling_is_told_apart(gateway: AwsCertificates, acm: Stubber) -> None:
    acm.add_client_error("list_certificates", "ThrottlingException", "Rate exceeded", 400)

    with pytest.raises(Throttled, match=r"acm:ListCertificates in us-east-1 \(111111111111\): Rate exceeded"):
        gateway.validations(ACCOUNT, REGION, hosts=HOSTS)
