"""AWS's error codes: which kind of error each one is, and what to do about it."""

from __future__ import annotations

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

UNREADABLE = "UnreadableAnswer"
NO_CREDENTIALS = "NoCredentials"
EXPIRED = "ExpiredToken"

CLOCK_SKEW = "this machine's clock is too far from AWS's (more than a few minutes); set it, for example with NTP"
SIGN_IN_AGAIN = "sign in again (or renew the credentials of this job), then run the same command"
REFUSED = "AWS refused this request: mend what it names, then run the same command again"
TRY_LATER = "the region or the network may be impaired; run the same command again later"
PROXY_SILENT = (
    "HTTPS_PROXY names it: check host and port, or name AWS's hosts (.amazonaws.com) in NO_PROXY where they can be "
    "reached without a proxy"
)
PROXY_UNKNOWN = "HTTPS_PROXY must hold the user and password that it wants: http://USER:PASSWORD@HOST:PORT"
PROXY_UNUSABLE = "write http://HOST:PORT there, or unset it where no proxy is needed"
PROXY_REFUSES = "have the proxy lead to AWS's hosts (.amazonaws.com), or name those in NO_PROXY"
SLOWER = "AWS asks for fewer requests; run the same command again in a few minutes"
_IDENTITY = (
    "check which credentials are in use (aws sts get-caller-identity), that they belong to this partition, "
    "and that the account has this region enabled"
)
_QUOTA = "a quota is reached; ask for a higher one in Service Quotas, or remove what is not used"


_CODES_BY_KIND: tuple[tuple[type[AwsError], str], ...] = (
    (
        AccessDenied,
        "AccessDenied AccessDeniedException UnauthorizedOperation AuthorizationError Forbidden 403 "
        "AllAccessDisabled NotAuthorized AccountProblem UnauthorizedException",
    ),
    (
        # ConditionalRequestConflict: two conditional writes at once; S3 decided neither and wants it sent again.
        # ConflictException: API Gateway is still busy with another change of the same API.
        Throttled,
        "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException SlowDown 429 "
        "TooManyRequestsException TooManyRequests RequestLimitExceeded BandwidthLimitExceeded "
        "PriorRequestNotComplete TransactionInProgressException ConditionalRequestConflict ConflictException",
    ),
    (
        NotFound,
        "StackSetNotFoundException StackInstanceNotFoundException OperationNotFoundException StackNotFoundException "
        "NoSuchBucket NoSuchKey NoSuchVersion NotFound 404 NoSuchHostedZone NoSuchHealthCheck NoSuchChange "
        "ReplicationConfigurationNotFoundError ServerSideEncryptionConfigurationNotFoundError "
        "ResourceNotFoundException NoSuchEntity NotFoundException",
    ),
    (
        AlreadyExists,
        "OperationIdAlreadyExistsException NameAlreadyExistsException AlreadyExistsException "
        "CreatedButModifiedException TokenAlreadyExistsException HealthCheckAlreadyExists "
        "BucketAlreadyExists BucketAlreadyOwnedByYou",
    ),
    # A cluster's endpoints go out for maintenance in turn; the others answer meanwhile.
    (Unreachable, "EndpointTemporarilyUnavailableException"),
    (PreconditionFailed, "PreconditionFailed 412 HealthCheckVersionMismatch"),
    (OperationInProgress, "OperationInProgressException"),
)

_CODES_BY_FIX: tuple[tuple[str, str], ...] = (
    (SIGN_IN_AGAIN, "ExpiredToken ExpiredTokenException TokenRefreshRequired"),
    (CLOCK_SKEW, "RequestTimeTooSkewed RequestExpired"),
    (
        _IDENTITY,
        "InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId AuthFailure SignatureDoesNotMatch "
        "InvalidSignatureException OptInRequired",
    ),
    (TRY_LATER, "EndpointTemporarilyUnavailableException"),
    (_QUOTA, "LimitExceededException TooManyHealthChecks"),
    ("another change of this zone is still being carried out; try again in a minute", "PriorRequestNotComplete"),
    ("another change of the same API is going on; try again in a minute", "ConflictException"),
    ("wait for that operation to end, or stop it, then run the same command", "OperationInProgressException"),
    ("another operation has changed the stack set since; make a new plan", "StaleRequestException"),
    ("delete its instances first", "StackSetNotEmptyException"),
    ("the template makes IAM resources: grant the capability", "InsufficientCapabilitiesException"),
    ("somebody else changed the health check; make a new plan", "HealthCheckVersionMismatch"),
    ("another version is there; read it before writing", "PreconditionFailed 412"),
)

KINDS: dict[str, type[AwsError]] = {code: kind for kind, codes in _CODES_BY_KIND for code in codes.split()}
"""Error code -> kind. Codes that are not here are plain AwsError."""

FIXES: dict[str, str] = {code: fix for fix, codes in _CODES_BY_FIX for code in codes.split()}
"""Error code -> what to do next."""
