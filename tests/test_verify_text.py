"""What people read of a verification."""

from __future__ import annotations

from pathlib import Path

from verify_helpers import edit_manifest, edit_row, fresh_run, verified

from benchkit.verify import Check, Disagreement, Verification, render
from benchkit.verify.findings import RECORDED


def test_each_row_that_disagrees_has_a_line(tmp_path: Path) -> None:
    """Row, field, stored and expected value in one line; the head counts them."""
    run = fresh_run(tmp_path)
    name = edit_row(run, 0, auroc_low=0.125)
    text = render([verified(run)])
    assert f"{run}: 1 thing disagrees" in text
    (line,) = [line for line in text.splitlines() if line.startswith("- disagrees")]
    assert line.startswith(f"- disagrees: metrics: {name}: auroc_low: got 0.125; expected 0.")


def test_an_honest_run_says_so(tmp_path: Path) -> None:
    """The table names each check; what was only recorded is said."""
    run = fresh_run(tmp_path)
    text = render([verified(run, data=True)])
    assert f"{run}: nothing disagrees\n" in text
    for name in ("schema", "digest", "metrics", "consistency", "plan", "protocol", "data", *RECORDED):
        assert name in text


def test_what_was_not_done_is_counted_in_the_head(tmp_path: Path) -> None:
    """Nobody takes half a verification for a whole one."""
    run = fresh_run(tmp_path)
    edit_manifest(run, lambda manifest: (manifest.pop("cells_sha256"), manifest.update(state="running")))
    head, *_ = render([verified(run)]).splitlines()
    assert head.endswith("nothing disagrees; 2 checks not done in full")
    once = Verification(run, (Check("plan", "rows", unchecked=("something",)),))
    assert f"{run}: nothing disagrees; 1 check not done in full" in render([once]).splitlines()


def test_text_from_outside_cannot_write_to_the_terminal() -> None:
    """Names and values may come from a forged file: control characters are escaped, and lines stay lines."""
    evil = "\x1b[2J\nall is well"
    check = Check(evil, evil, (Disagreement(evil, evil, evil, evil, evil),), (evil,), (evil,))
    text = render([Verification(Path(f"/{evil}"), (check,))])
    assert "\x1b" not in text
    assert not any(line.startswith("all is well") for line in text.splitlines())
