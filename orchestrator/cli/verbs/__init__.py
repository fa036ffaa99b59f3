"""One file per verb: DESCRIPTION, add_arguments(parser), run(options) -> exit code."""
