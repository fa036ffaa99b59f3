"""The documentation holds: links lead somewhere, command lines parse, the index of decisions is complete."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli.arguments import parse
from orchestrator.cli.main import VERBS

_ROOT = Path(__file__).parent.parent
_PAGES = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md"), _ROOT / "sample" / "README.md"])
_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
# A shell line or a step of a workflow; whatever stands before the tool's name on the line is no part of it.
_COMMAND = re.compile(r"^(?:\$ |\s*(?:- )?run: )?orchestrator (.+)$")


def _name(page: Path) -> str:
    return page.relative_to(_ROOT).as_posix()


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))


def _anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def _broken(page: Path, link: str) -> str:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return f"{link}: no such file"
    return f"{link}: no such heading" if anchor and anchor not in _anchors(target) else ""


def _commands(text: str) -> Iterator[str]:
    """The arguments of every `orchestrator ...` in code blocks and in code within sentences."""
    for block in _FENCE.findall(text):
        for line in block.splitlines():
            if found := _COMMAND.match(line):
                yield re.split(r" (?:&&|\||>|#) ?", found[1])[0]
    yield from re.findall(r"`orchestrator ([^`\n]+)`", _FENCE.sub("", text))


_COMMAND_LINES = sorted(
    {(_name(page), line) for page in _PAGES for line in _commands(page.read_text("utf-8")) if "[" not in line}
)


@pytest.mark.parametrize("page", _PAGES, ids=_name)
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    links = [link for link in _LINK.findall(_without_code(page.read_text("utf-8"))) if "://" not in link]

    assert [fault for link in links if (fault := _broken(page, link))] == []


@pytest.mark.parametrize(("page", "line"), _COMMAND_LINES)
def test_every_command_line_is_one_that_the_tool_takes(page: str, line: str) -> None:
    parsed = parse(shlex.split(line), VERBS)

    # Printing the version needs no verb.
    assert (parsed is None) == (line == "--version")


def test_the_guides_show_every_verb() -> None:
    shown = {word for _, line in _COMMAND_LINES for word in line.split()}

    assert set(VERBS) <= shown


def test_the_command_reference_has_a_section_for_every_verb() -> None:
    text = (_ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    sections = {heading.split()[0] for heading in re.findall(r"^### (.+)$", text, re.MULTILINE)}

    assert sections == set(VERBS)


def test_the_index_lists_every_decision_and_nothing_else() -> None:
    folder = _ROOT / "docs" / "decisions"
    records = {path.name for path in folder.glob("[0-9]*.md")}
    listed = _LINK.findall((folder / "README.md").read_text("utf-8"))

    assert sorted(listed) == sorted(records)


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in (_ROOT / "docs" / "decisions").glob("[0-9]*.md")]

    assert len(numbers) == len(set(numbers))


def test_the_readme_has_a_row_for_every_verb() -> None:
    text = (_ROOT / "README.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))

    assert rows == set(VERBS)
