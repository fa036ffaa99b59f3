"""Deploys a serverless application to several AWS regions, proves that it fails over, and drills it."""

# Kept here, not read from the installed metadata: importlib.metadata costs more than the rest of the start.
__version__ = "0.1.0"
