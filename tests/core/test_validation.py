"""What `validate` found: wrong and refused are two things."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.validation import Validation

ERROR = Finding("rule", Severity.ERROR, "here", "wrong")
WARNING = replace(ERROR, severity=Severity.WARNING)
CASES = {
    "nothing": (Validation(()), False, False),
    "warnings": (Validation((WARNING,), (WARNING,)), False, False),
    "the file is wrong": (Validation((ERROR,)), True, False),
    "a template is unsafe": (Validation((), unsafe=(ERROR,)), False, True),
    "a template might be safer": (Validation((), unsafe=(WARNING,)), False, False),
    "failing over would not work": (Validation((), (ERROR,)), False, True),
}


@pytest.mark.parametrize(("found", "invalid", "refused"), CASES.values(), ids=CASES)
def test_a_wrong_file_is_invalid_and_an_unsafe_one_or_a_failing_proof_refused(found, invalid, refused):
    assert (found.is_invalid, found.is_refused) == (invalid, refused)


def test_all_findings_are_those_of_all_kinds():
    note = replace(ERROR, severity=Severity.INFO)

    assert Validation((WARNING,), (ERROR,), unsafe=(note,)).all_findings == (WARNING, note, ERROR)
