"""The one place where an error becomes words on stderr and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from orchestrator.core.errors import ExitCode, OrchestratorError


def guarded(run: Callable[[], int]) -> int:
    """The exit code of `run`, whatever it raises. Only SystemExit (help, version) passes through as its code."""
    try:
        code = run()
        sys.stdout.flush()
    except OrchestratorError as error:
        _tell(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted: nothing more is started; run the same command again to go on", file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): that is no fault of the run. Nothing may be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.DONE)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except Exception as error:  # noqa: BLE001 - the one broad except: a bug is told, never shown as a traceback
        return _bug(error)
    return code


def _tell(error: OrchestratorError) -> None:
    from orchestrator.cli.output import style_of
    from orchestrator.report import error_text

    print(error_text(error, style_of(sys.stderr)), end="", file=sys.stderr)


def _bug(error: Exception) -> int:
    if os.environ.get("ORCHESTRATOR_DEBUG") == "1":
        raise error
    from orchestrator import __version__
    from orchestrator.report import safe

    print(
        f"error: this is a bug in orchestrator {__version__}: {type(error).__name__}: {safe(str(error))}\n"
        "  next: run it again with ORCHESTRATOR_DEBUG=1 and report what it prints; "
        "`orchestrator status` shows what is true now",
        file=sys.stderr,
    )
    return int(ExitCode.FAILED)
