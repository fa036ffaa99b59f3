"""Blueprints: templates as pure functions of options and context. Bring your own by subclassing `Blueprint`."""

from blueprints.blueprint import Blueprint
from blueprints.context import Context
from blueprints.faults import BlueprintError, ContextError, Fault, OptionsError
from blueprints.options import OptionDoc, option, option_docs, plain
from blueprints.parameters import (
    ARTIFACT_BUCKET_PREFIX,
    REFERENCE_REGION,
    REGION_ROLE,
    RELEASE,
    VALIDATION_ZONE_ID,
    code_parameters,
)

__all__ = [
    "ARTIFACT_BUCKET_PREFIX",
    "REFERENCE_REGION",
    "REGION_ROLE",
    "RELEASE",
    "VALIDATION_ZONE_ID",
    "Blueprint",
    "BlueprintError",
    "Context",
    "ContextError",
    "Fault",
    "OptionDoc",
    "OptionsError",
    "code_parameters",
    "option",
    "option_docs",
    "plain",
]
