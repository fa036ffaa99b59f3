"""The one place where an error becomes words on stderr and an exit code."""

from __future__ import annotations

import os
from itertools import pairwise

# What type checkers read; `typing` itself would be a tenth of the time that `--help` takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orchestrator.core.errors import OrchestratorError

# Numbers of orchestrator.core.errors.ExitCode, which is not loaded unless something goes wrong: `--help` is quick.
_DONE, _INTERRUPTED = 0, 130
_OURS = ("orchestrator", "blueprints")
_NO_THREAD = "can't start new thread"
"""CPython's words for a limit of processes or addresses that is reached."""


def guarded(run: Callable[[], int], arguments: Sequence[str] = ()) -> int:
    """The exit code of `run`, whatever it raises. `arguments` decide how an error is told: they may be wrong.

    SystemExit (help) passes through as its code.
    """
    try:
        return run()
    except KeyboardInterrupt:
        return _interrupted(arguments)
    except BrokenPipeError:
        # Whoever read the help or our messages has gone (`| head`): no fault of ours, and nobody to tell.
        _forget_stdout()
        return _DONE
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else _DONE
    except Exception as error:  # noqa: BLE001 - the one broad except: a bug is told, never shown as a traceback
        return _failed(error, arguments)


def _failed(error: Exception, arguments: Sequence[str]) -> int:
    from orchestrator.core.errors import OrchestratorError

    if isinstance(error, OrchestratorError):
        return tell(error, arguments)
    if os.environ.get("ORCHESTRATOR_DEBUG") == "1":
        raise error
    return tell(_in_our_words(error), arguments)


def _in_our_words(error: Exception) -> OrchestratorError:
    match error:
        case OSError():
            return _file_trouble(error)
        case MemoryError():
            return _no_room("this process may have no more memory")
        case RuntimeError() if str(error) == _NO_THREAD:
            return _no_room("this process may start no more threads")
        case ModuleNotFoundError() if error.name and error.name.partition(".")[0] not in _OURS:
            return _missing_module(error.name)
        case _:
            return _bug(error)


def _no_room(what: str) -> OrchestratorError:
    from orchestrator.core.errors import OrchestratorError

    fix = "raise `ulimit -v` (1.5 GiB of addresses suffice), `ulimit -u` or the container's limits, then run it again"
    return OrchestratorError(what, fix=fix)


def _missing_module(name: str) -> OrchestratorError:
    from orchestrator.core.errors import OrchestratorError

    return OrchestratorError(
        f"the installation is incomplete: the Python module {name} is missing",
        fix="install it again: pip install --force-reinstall region-failover-orchestrator",
    )


def tell(error: OrchestratorError, arguments: Sequence[str]) -> int:
    """Say it on stderr; its exit code."""
    if _asks_for(arguments, "json"):
        from orchestrator.cli.log import log_error

        log_error(error)
    else:
        from orchestrator.cli.output import say, stderr_style
        from orchestrator.report import error_text

        say(error_text(error, stderr_style(no_color="--no-color" in arguments)).rstrip("\n"))
    return int(error.exit_code)


def _interrupted(arguments: Sequence[str]) -> int:
    from orchestrator.core.errors import Interrupted

    return tell(Interrupted("interrupted", fix="run the same command again; it goes on from what is true"), arguments)


def _file_trouble(error: OSError) -> OrchestratorError:
    from orchestrator.core.errors import OrchestratorError

    return OrchestratorError(
        error.strerror or type(error).__name__,
        where=str(error.filename or ""),
        fix="this machine refused; ORCHESTRATOR_DEBUG=1 shows where in the program",
    )


def _bug(error: Exception) -> OrchestratorError:
    from orchestrator import __version__
    from orchestrator.core.errors import OrchestratorError

    return OrchestratorError(
        f"this is a bug in orchestrator {__version__}: {type(error).__name__}: {str(error)[:2000]}",
        fix="`orchestrator status` shows what is true now; report what ORCHESTRATOR_DEBUG=1 prints for this command",
    )


def _asks_for(arguments: Sequence[str], log_format: str) -> bool:
    pairs = pairwise(arguments)
    return f"--log-format={log_format}" in arguments or ("--log-format", log_format) in pairs


def _forget_stdout() -> None:
    from orchestrator.cli.output import forget_stdout

    forget_stdout()
