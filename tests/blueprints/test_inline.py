"""The small functions inside templates: their source as it runs, answering a server of the test's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from troposphere import Template

from blueprints.inline import add_inline_function, ask
from tests.blueprints.context import CONTEXT
from tests.blueprints.shop import COMPUTE, INFRA
from tests.blueprints.templates import at, body

ANSWER = "def answer(asked): return {}"


class Answers(HTTPServer):
    """CloudFormation's end: keeps what is put there."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Taker)


class _Taker(BaseHTTPRequestHandler):
    server: Answers

    def do_PUT(self) -> None:
        self.server.taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def answers() -> Iterator[Answers]:
    server = Answers()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(answers: Answers, answer: Callable[[dict[str, Any]], dict[str, str]], kind: str = "Create") -> dict[str, Any]:
    """The function asked once, in no time; what it answered."""
    template = Template()
    add_inline_function(template, CONTEXT, "Asked", name="asked", answer=ANSWER, statements=())
    code: dict[str, Any] = {}
    exec(template.resources["Asked"].to_dict()["Properties"]["Code"]["ZipFile"], code)
    code["answer"], code["time"] = answer, SimpleNamespace(sleep=lambda _: None)
    event = {
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Question",
        "RequestType": kind,
        "ResponseURL": f"http://127.0.0.1:{answers.server_port}/",
        "ResourceProperties": {"Name": "x"},
    }
    code["handler"](event, None)
    return answers.taken[-1]


def test_what_is_found_is_answered(answers: Answers) -> None:
    said = run(answers, lambda asked: {"Arn": f"arn:{asked['Name']}"})

    assert said == {
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Question",
        "PhysicalResourceId": "Question",
        "Status": "SUCCESS",
        "Data": {"Arn": "arn:x"},
    }


def test_a_failure_is_answered_with_its_reason(answers: Answers) -> None:
    def fail(_: dict[str, Any]) -> dict[str, str]:
        raise LookupError("no such key")

    said = run(answers, fail)

    assert (said["Status"], said["Reason"]) == ("FAILED", "LookupError('no such key')")


def test_what_fails_at_first_is_asked_again(answers: Answers) -> None:
    tries: list[int] = []

    def late(_: dict[str, Any]) -> dict[str, str]:
        tries.append(1)
        if len(tries) < 4:
            raise PermissionError("not yet")
        return {"Arn": "arn"}

    said = run(answers, late)

    assert (said["Status"], len(tries)) == ("SUCCESS", 4)


def test_nothing_is_asked_when_the_stack_goes(answers: Answers) -> None:
    def fail(_: dict[str, Any]) -> dict[str, str]:
        raise AssertionError("asked")

    assert run(answers, fail, "Delete")["Status"] == "SUCCESS"


def test_a_source_too_long_for_a_template_is_refused() -> None:
    with pytest.raises(ValueError, match="4096 are allowed"):
        add_inline_function(
            Template(), CONTEXT, "Asked", name="asked", answer=ANSWER + "\n# " + "x" * 4096, statements=()
        )


def test_a_question_fails_soon_when_nobody_answers() -> None:
    template = Template()
    add_inline_function(template, CONTEXT, "Asked", name="asked", answer=ANSWER, statements=())
    ask(template, "Question", "Asked", {"Name": "x"}, after=["Other"])

    question = template.resources["Question"].to_dict()

    assert question["Properties"]["ServiceTimeout"] == 240
    assert question["DependsOn"] == ["Other"]


@pytest.mark.parametrize(("layer", "options"), [("infra", INFRA), ("compute", COMPUTE)])
def test_the_layers_have_names_for_their_functions_that_collide_with_nothing(
    layer: str, options: dict[str, object]
) -> None:
    template = body(layer, **options)

    assert at(template, "Resources/Lookup/Properties/FunctionName") == f"sample-production-{layer}-lookup--setup"
    assert at(template, "Resources/LookupRole/Properties/RoleName") == {
        "Fn::Sub": f"sample-production-{layer}-lookup--setup-${{AWS::Region}}"
    }
