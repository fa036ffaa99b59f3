"""ports.Functions: Lambda in the target accounts."""

from __future__ import annotations

from orchestrator.aws.sessions import Sessions, TimeOuts
from orchestrator.aws.texts import cleaned
from orchestrator.core.gate_actions import FUNCTION_ANSWERS_S
from orchestrator.ports import FunctionAnswer

_ANSWER_BYTES = 65_536
# Once: a second try would not wait for the first one's answer, but invoke once more beside it.
PATIENT = TimeOuts(read_s=FUNCTION_ANSWERS_S, attempts=1)


class AwsFunctions:
    """Invoked by the access role, in the region that is judged."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def invoke(self, account: str, region: str, function: str, payload: str) -> FunctionAnswer:
        """Synchronous. Of a longer answer only the beginning is read, and that is no JSON."""
        calling = self._sessions.calling("lambda", "Invoke", region=region, account=account, time_outs=PATIENT)
        with calling as client:
            answer = client.invoke(FunctionName=function, InvocationType="RequestResponse", Payload=payload.encode())
            body = answer["Payload"].read(_ANSWER_BYTES)
        return FunctionAnswer(cleaned(answer.get("FunctionError", "")), body.decode("utf-8", errors="replace"))
