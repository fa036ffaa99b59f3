"""The decisions: pure functions over frozen values. Standard library only; no clock, files, network or logging."""
