"""The only writer: walks one Plan as a graph, starts and polls its actions, and tells what happens as Events."""

from orchestrator.core.polling import Polling
from orchestrator.executor.context import Guard, Unguarded
from orchestrator.executor.gate_tasks import answer_fault
from orchestrator.executor.walk import Outcome, execute

__all__ = ["Guard", "Outcome", "Polling", "Unguarded", "answer_fault", "execute"]
