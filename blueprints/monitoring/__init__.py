"""Alarms, dashboards and canaries for both layers. Everything here is told names; it knows no other block."""
