"""Functions that judge a region: asked synchronously, in the region, by the access role."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from orchestrator.aws.functions import PATIENT, AwsFunctions
from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import NotFound, Throttled
from orchestrator.ports import FunctionAnswer

REGION, ACCOUNT = "us-west-2", "222222222222"


def asked(function: str = "judge") -> dict[str, Any]:
    return {"FunctionName": function, "InvocationType": "RequestResponse", "Payload": b'{"region":"us-west-2"}'}


def answer(payload: bytes, **fields: str) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(payload), len(payload)), **fields}


@pytest.fixture
def functions(sessions: Sessions) -> AwsFunctions:
    return AwsFunctions(sessions)


@pytest.fixture
def invoked(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("lambda", REGION, ACCOUNT, time_outs=PATIENT)


def test_the_answer_is_what_the_function_returned(functions: AwsFunctions, invoked: Stubber) -> None:
    invoked.add_response("invoke", answer(b'{"ok": true}'), asked())

    assert functions.invoke(ACCOUNT, REGION, "judge", '{"region":"us-west-2"}') == FunctionAnswer("", '{"ok": true}')


def test_a_function_that_failed_says_how(functions: AwsFunctions, invoked: Stubber) -> None:
    invoked.add_response("invoke", answer(b'{"errorMessage": "boom"}', FunctionError="Unhandled"), asked("judge:live"))

    found = functions.invoke(ACCOUNT, REGION, "judge:live", '{"region":"us-west-2"}')

    assert found == FunctionAnswer("Unhandled", '{"errorMessage": "boom"}')


def test_of_a_flood_only_the_beginning_is_read(functions: AwsFunctions, invoked: Stubber) -> None:
    invoked.add_response("invoke", answer(b'"' + b"x" * 100_000 + b'"'), asked())

    found = functions.invoke(ACCOUNT, REGION, "judge", '{"region":"us-west-2"}')

    assert len(found.payload) == 65_536


@pytest.mark.parametrize(
    ("code", "kind"), [("ResourceNotFoundException", NotFound), ("TooManyRequestsException", Throttled)]
)
def test_what_lambda_refuses_is_said_in_our_words(
    functions: AwsFunctions, invoked: Stubber, code: str, kind: type[Exception]
) -> None:
    invoked.add_client_error("invoke", code, "no", 404)

    with pytest.raises(kind, match=f"lambda:Invoke in {REGION}"):
        functions.invoke(ACCOUNT, REGION, "judge", "{}")


def test_an_answer_is_waited_for_once_and_for_a_minute(sessions: Sessions) -> None:
    config = sessions.client("lambda", region=REGION, account=ACCOUNT, time_outs=PATIENT).meta.config

    assert (config.read_timeout, config.retries["total_max_attempts"]) == (60, 1)
    assert config.connect_timeout < 5


def test_a_patient_door_is_the_usual_one(sessions: Sessions) -> None:
    patient = sessions.client("lambda", region=REGION, account=ACCOUNT, time_outs=PATIENT)
    usual = sessions.client("lambda", region=REGION, account=ACCOUNT)

    assert patient.meta.endpoint_url == usual.meta.endpoint_url
