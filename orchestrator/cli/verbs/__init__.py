"""One file per verb: DESCRIPTION, add_arguments(parser), run(options, app) -> exit code."""
