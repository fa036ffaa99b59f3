"""The only writer: walks one Plan as a graph, starts and polls its actions, and tells what happens as Events."""

from orchestrator.core.polling import Polling
from orchestrator.executor.context import Guard, Unguarded
from orchestrator.executor.walk import Outcome, execute

__all__ = ["Guard", "Outcome", "Polling", "Unguarded", "execute"]
