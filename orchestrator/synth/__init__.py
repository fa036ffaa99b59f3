"""Blueprints to templates: load a user's class, run it under guard, give the exact bytes that CloudFormation gets."""

from orchestrator.synth.context import context_for
from orchestrator.synth.guard import Limits
from orchestrator.synth.lint import LintFinding, lint
from orchestrator.synth.load import load_blueprint
from orchestrator.synth.place import Place
from orchestrator.synth.replacement import create_only_properties
from orchestrator.synth.template import SynthesizedTemplate, TemplateParameter, synthesize

__all__ = [
    "Limits",
    "LintFinding",
    "Place",
    "SynthesizedTemplate",
    "TemplateParameter",
    "context_for",
    "create_only_properties",
    "lint",
    "load_blueprint",
    "synthesize",
]
