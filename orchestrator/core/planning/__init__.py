"""From observed and desired to a Plan: one file per kind of thing, one that composes them."""
