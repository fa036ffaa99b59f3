from __future__ import annotations

import botocore.exceptions as raised
import pytest
from botocore.parsers import ResponseParserError

from orchestrator.aws.errors import NotAnAnswer, translated
from orchestrator.aws.texts import LONGEST, cleaned
from orchestrator.core.errors import (
    AccessDenied,
    AlreadyExists,
    AwsError,
    NotFound,
    OperationInProgress,
    PreconditionFailed,
    Throttled,
    Unreachable,
)

URL = "https://cloudformation.us-west-2.amazonaws.com"


def _translate(error: Exception) -> AwsError:
    with (
        pytest.raises(AwsError) as caught,
        translated(service="cloudformation", operation="UpdateStackSet", region="us-west-2", account="111111111111"),
    ):
        raise error
    return caught.value


def _answer(code: str, message: str = "said AWS", status: int = 400) -> AwsError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return _translate(raised.ClientError(response, "UpdateStackSet"))


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDenied", 403, AccessDenied),
        ("AccessDeniedException", 400, AccessDenied),
        ("403", 403, AccessDenied),
        ("Throttling", 400, Throttled),
        ("ThrottlingException", 400, Throttled),
        ("SlowDown", 503, Throttled),
        ("PriorRequestNotComplete", 400, Throttled),
        ("ConditionalRequestConflict", 409, Throttled),
        ("StackSetNotFoundException", 404, NotFound),
        ("NoSuchBucket", 404, NotFound),
        ("404", 404, NotFound),
        ("OperationIdAlreadyExistsException", 409, AlreadyExists),
        ("CreatedButModifiedException", 409, AlreadyExists),
        ("OperationInProgressException", 409, OperationInProgress),
        ("PreconditionFailed", 412, PreconditionFailed),
        ("412", 412, PreconditionFailed),
        ("InternalFailure", 500, Unreachable),
        ("ServiceUnavailable", 503, Unreachable),
        ("502", 502, Unreachable),
        ("LimitExceededException", 400, AwsError),
        ("ValidationError", 400, AwsError),
        ("SomethingNew", 400, AwsError),
    ],
)
def test_the_code_decides_the_kind(code: str, status: int, kind: type[AwsError]) -> None:
    error = _answer(code, status=status)

    assert type(error) is kind
    assert error.code == code
    assert error.where == "cloudformation:UpdateStackSet in us-west-2 (111111111111)"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"x-amz-retry-after": "1500"}, 1.5),
        ({"retry-after": "7", "x-amz-retry-after": "1500"}, 7.0),
        ({"retry-after": "86400"}, 60.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "9" * 5000}, 60.0),
    ],
)
def test_a_throttled_call_says_when_aws_wants_it_again(headers: dict[str, str], seconds: float | None) -> None:
    response = {
        "Error": {"Code": "Throttling", "Message": "Rate exceeded"},
        "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": headers},
    }

    error = _translate(raised.ClientError(response, "UpdateStackSet"))

    assert isinstance(error, Throttled)
    assert error.retry_after_s == seconds


def test_a_validation_error_about_something_missing_is_not_found() -> None:
    assert type(_answer("ValidationError", "Stack with id x does not exist")) is NotFound


@pytest.mark.parametrize(
    ("code", "message", "fix"),
    [
        ("ExpiredToken", "The security token included in the request is expired", "sign in again"),
        ("ExpiredTokenException", "expired", "sign in again"),
        ("InvalidClientTokenId", "The security token included in the request is invalid", "partition"),
        ("SignatureDoesNotMatch", "does not match", "get-caller-identity"),
        ("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than", "clock"),
        ("RequestTimeTooSkewed", "The difference is too large", "clock"),
        ("LimitExceededException", "You have reached the limit", "Service Quotas"),
        ("OperationInProgressException", "Another Operation on StackSet is in progress", "wait for that operation"),
        ("StaleRequestException", "another operation", "new plan"),
        ("ThrottlingException", "Rate exceeded", "fewer requests"),
        ("SomethingNew", "nobody has seen this", "mend what it names"),
    ],
)
def test_the_error_says_what_to_do_next(code: str, message: str, fix: str) -> None:
    assert fix in _answer(code, message).fix


def test_an_outage_of_the_service_says_so() -> None:
    assert "HTTP 503" in _answer("ServiceUnavailable", status=503).fix


def test_a_denial_names_action_resource_and_principal() -> None:
    message = (
        "User: arn:aws:sts::111111111111:assumed-role/deploy/ci is not authorized to perform: "
        "cloudformation:UpdateStackSet on resource: arn:aws:cloudformation:us-west-2:111111111111:stackset/app:1 "
        "because no identity-based policy allows the cloudformation:UpdateStackSet action"
    )

    fix = _answer("AccessDenied", message, 403).fix

    assert fix == (
        "allow cloudformation:UpdateStackSet on arn:aws:cloudformation:us-west-2:111111111111:stackset/app:1 "
        'in the policies of role deploy in account 111111111111: add {"Effect": "Allow", "Action": '
        '"cloudformation:UpdateStackSet", "Resource": '
        '"arn:aws:cloudformation:us-west-2:111111111111:stackset/app:1"}; then run the same command again'
    )


@pytest.mark.parametrize(
    ("why", "says"),
    [
        (
            "with an explicit deny in an identity-based policy",
            "out of the deny in the policies of arn:aws:iam::9:user/me: no",
        ),
        ("with an explicit deny in a service control policy", "the deny in the service control policy that applies to"),
        ("because no permissions boundary allows the s3:PutObject action", "in the permissions boundary that applies"),
        ("because no VPC endpoint policy allows the s3:PutObject action", "in the VPC endpoint policy that applies"),
        ("", "in the policies of arn:aws:iam::9:user/me: add {"),
    ],
)
def test_a_denial_says_which_policy_is_in_the_way(why: str, says: str) -> None:
    message = (
        f"User: arn:aws:iam::9:user/me is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/k {why}"
    )

    assert says in _answer("AccessDenied", message, 403).fix


def test_a_denied_role_says_that_it_must_exist_and_trust_us() -> None:
    message = (
        "User: arn:aws:iam::9:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/r"
    )

    assert "must exist and trust arn:aws:iam::9:user/me" in _answer("AccessDenied", message, 403).fix


@pytest.mark.parametrize(
    ("error", "kind", "code", "says"),
    [
        (raised.ConnectTimeoutError(endpoint_url=URL), Unreachable, "ConnectTimeoutError", "no answer in time"),
        (raised.ReadTimeoutError(endpoint_url=URL), Unreachable, "ReadTimeoutError", "no answer in time"),
        (raised.EndpointConnectionError(endpoint_url=URL), Unreachable, "EndpointConnectionError", "no connection"),
        (raised.ConnectionClosedError(endpoint_url=URL), Unreachable, "ConnectionClosedError", "no connection"),
        (raised.ProxyConnectionError(proxy_url=URL), Unreachable, "ProxyConnectionError", "does not answer"),
        (raised.SSLError(endpoint_url=URL, error="self-signed"), Unreachable, "SSLError", "AWS_CA_BUNDLE"),
        (raised.NoCredentialsError(), AwsError, "NoCredentials", "AWS_PROFILE"),
        (raised.ProfileNotFound(profile="p"), AwsError, "NoCredentials", "AWS_PROFILE"),
        (raised.ConfigParseError(path="p"), AwsError, "NoCredentials", "configuration files"),
        (raised.UnauthorizedSSOTokenError(), AwsError, "ExpiredToken", "sign in again"),
        (raised.ParamValidationError(report="bad name"), AwsError, "ParamValidationError", "bad name"),
        (ResponseParserError("no element found"), AwsError, "UnreadableAnswer", "cannot be read"),
        (NotAnAnswer("html"), AwsError, "UnreadableAnswer", "cannot be read"),
    ],
)
def test_what_never_became_an_answer_is_told_apart(
    error: Exception, kind: type[AwsError], code: str, says: str
) -> None:
    found = _translate(error)

    assert type(found) is kind
    assert found.code == code
    assert says in str(found)


def test_our_own_errors_pass_unchanged() -> None:
    mine = NotFound("mine", where="here")

    assert _translate(mine) is mine


def test_a_message_without_words_is_still_a_message() -> None:
    assert _answer("404", "", 404).what == "404"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("a\nb\r\n\tc", "a b c"),
        ("nul\x00bell\x07del\x7f", "nulbelldel"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("line\u2028break", "line break"),
        ("\x1b", ""),
        ("Zürich 東京 ✓", "Zürich 東京 ✓"),
    ],
)
def test_texts_lose_what_steers_terminals_and_keep_the_rest(said: str, kept: str) -> None:
    assert cleaned(said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("host:sts x-amz-security-token:IQoJb3/+= host;x", "host:sts x-amz-security-token:(hidden) host;x"),
        ("X-Amz-Security-Token=IQoJ%2F&X-Amz-Date=1", "X-Amz-Security-Token=(hidden)&X-Amz-Date=1"),
        ("SignedHeaders=host, Signature=0a1b2c", "SignedHeaders=host, Signature=(hidden)"),
        ("Signature expired: 20261121T0000Z is now earlier", "Signature expired: 20261121T0000Z is now earlier"),
        ("the security token included is expired", "the security token included is expired"),
    ],
)
def test_what_aws_repeats_of_a_signed_request_is_hidden(said: str, kept: str) -> None:
    assert cleaned(said) == kept


def test_endless_texts_are_cut() -> None:
    assert len(cleaned("x" * 1_000_000)) == LONGEST


def test_escapes_in_a_message_never_reach_the_user() -> None:
    assert _answer("ValidationError", "\x1b[2Jgone\nbad").what == "gone bad"
