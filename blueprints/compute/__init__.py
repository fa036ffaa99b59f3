"""The compute layer: what changes with every release. Function, published version, alias and HTTP API."""

from blueprints.compute.compute import Compute

__all__ = ["Compute"]
