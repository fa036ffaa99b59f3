"""The embedded AWS: an emulator in a process of its own, with what it lacks. Light to import."""

from orchestrator.local.lifecycle import HOME_ACCOUNT, LocalAws, down, status, up

__all__ = ["HOME_ACCOUNT", "LocalAws", "down", "status", "up"]
