"""Code to zip files named by their SHA-256: the same files give the same bytes, on any machine, at any time."""

from orchestrator.packaging.package import Package, package

__all__ = ["Package", "package"]
