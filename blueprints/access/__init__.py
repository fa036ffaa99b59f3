"""Roles for the home account and for target accounts, made by `bootstrap` before any stack set exists."""

from blueprints.access.home import HomeAccess
from blueprints.access.target import TargetAccess

__all__ = ["HomeAccess", "TargetAccess"]
