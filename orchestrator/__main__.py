"""`python -m orchestrator`, for where the console script is not on the path."""

import sys

from orchestrator.cli.main import main

sys.exit(main())
