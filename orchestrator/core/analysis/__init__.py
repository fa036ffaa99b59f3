"""The safety analysis: rules over any template, this tool's or a user's, before anything runs. Pure."""

from orchestrator.core.analysis.analyse import FAMILIES, RULES, analyse
from orchestrator.core.analysis.reference import rules_markdown
from orchestrator.core.analysis.rule import Family, Rule

__all__ = ["FAMILIES", "RULES", "Family", "Rule", "analyse", "rules_markdown"]
