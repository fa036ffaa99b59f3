"""The infra layer: what changes rarely. Key, global table, certificate and the API's domain names."""

from blueprints.infra.infra import Infra

__all__ = ["Infra"]
