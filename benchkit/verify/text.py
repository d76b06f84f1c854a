"""A verification as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tabulate import tabulate

from benchkit.registry import printable
from benchkit.verify.evidence import counted
from benchkit.verify.findings import RECORDED, RELATIVE, Disagreement, Verification


def render(verifications: Sequence[Verification]) -> str:
    """Return what was found, for people: a table of the checks a run, then each row that disagrees."""
    closing = (
        f"Numbers agree that differ by less than {RELATIVE:g} of their value. Recorded when the run was made, and "
        f"checked for their range only, because nothing can tell them again: {', '.join(RECORDED)}. "
        "images_per_second, latency_p50_ms and batch_size are checked against each other only."
    )
    return "\n\n".join([*("\n".join(_lines(each)) for each in verifications), closing]) + "\n"


def _lines(found: Verification) -> Iterator[str]:
    undone = sum(bool(check.unchecked) for check in found.checks)
    left = f"; {counted(undone, 'check')} not done in full" if undone else ""
    wrong = len(found.disagreements)
    yield f"{printable(str(found.run))}: {_verdict(wrong)}{left}"
    yield ""
    rows = [[printable(check.name), check.result, printable(check.looked_at)] for check in found.checks]
    yield tabulate(rows, ["check", "result", "looked at"], disable_numparse=True)
    remarks = [
        *(f"disagrees: {check.name}: {_sentence(each)}" for check in found.checks for each in check.disagreements),
        *(f"not checked: {check.name}: {each}" for check in found.checks for each in check.unchecked),
        *(f"note: {check.name}: {each}" for check in found.checks for each in check.notes),
    ]
    if remarks:
        yield ""
    yield from (f"- {printable(remark)}" for remark in remarks)


def _verdict(wrong: int) -> str:
    return f"{wrong} {'thing disagrees' if wrong == 1 else 'things disagree'}" if wrong else "nothing disagrees"


def _sentence(found: Disagreement) -> str:
    got, expected = ("nothing" if value is None else value for value in (found.stored, found.expected))
    return f"{found.where}: {found.field}: got {got}; expected {expected}: {found.why}"
