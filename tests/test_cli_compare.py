"""``benchkit compare``: what it prints, what it refuses, and what it ends with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from compare_helpers import HARDWARE, board, change, drawn, drop, store

from benchkit.cli.compare_command import FORMATS, command
from benchkit.compare import formats
from benchkit.errors import BenchkitError

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
REFERENCE = ROOT / "results" / "mnist-reference"


def call(*arguments: object) -> Result:
    """Call the command; its errors come through."""
    return CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)


def refusal(*arguments: object) -> BenchkitError:
    """Return what the command raises."""
    with pytest.raises(BenchkitError) as caught:
        call(*arguments)
    return caught.value


@pytest.fixture(autouse=True)
def _no_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Return a run with raw scores."""
    return store(tmp_path / "base", board())


@pytest.fixture
def worse(tmp_path: Path) -> Path:
    """Return the same board, of which one cell became much worse."""
    return store(tmp_path / "worse", board(gaussian__noise=drawn(0.5)))


def test_a_run_against_itself_is_the_same(base: Path) -> None:
    """Status 0, and one line says so instead of a table."""
    result = call(base, base, "--only", "quality")
    assert result.exit_code == 0
    assert "Everything is the SAME: 4 judgements." in result.output
    assert "verdict" not in result.output


def test_a_loss_fails(base: Path, worse: Path) -> None:
    """Status 1, with the cell, both values and the rule."""
    result = call(base, worse, "--only", "quality")
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if "WORSE (fails)" in line]
    assert all(text in line for text in ("gaussian", "noise", "AUROC", "auroc:-0.01", "paired DeLong"))
    assert "AUROC: 1 WORSE, 3 SAME" in result.output


def test_a_gain_passes(base: Path, worse: Path) -> None:
    """The other way round it is BETTER."""
    result = call(worse, base, "--only", "quality")
    assert (result.exit_code, "BETTER" in result.output) == (0, True)


def test_sides_are_named_by_their_ids_too(base: Path, worse: Path, tmp_path: Path) -> None:
    """As for `benchkit table`: looked up in --results; one that is not there is a wrong request, with those near."""
    result = call("base", "worse", "--results", tmp_path, "--only", "quality")
    assert (result.exit_code, result.output) == (1, call(base, worse, "--only", "quality").output)
    error = refusal("base", "wors", "--results", tmp_path)
    assert error.exit_status == 2
    assert "compare: got 'wors'" in str(error)
    assert "Did you mean 'worse'?" in str(error)


def test_rules_say_what_fails(base: Path, worse: Path) -> None:
    """A wider one for that cell, or one for another metric: the loss is shown and does not fail."""
    wide = call(base, worse, "--only", "quality", "--fail-on", "auroc:-0.01", "--fail-on", "auroc:-0.9@gauss*/noise")
    assert wide.exit_code == 0
    other = call(base, worse, "--only", "quality", "--fail-on", "auroc:-0.01@deep-ae")
    assert (other.exit_code, "WORSE" in other.output) == (0, True)


def test_a_rule_that_a_later_one_overrules_is_named(base: Path, worse: Path) -> None:
    """The general rule stands first; behind a special one it would switch that off without a word."""
    special, general = ("--fail-on", "auroc:-0.01@gaussian"), ("--fail-on", "auroc:-0.9")
    wrong = call(base, worse, "--only", "quality", *special, *general)
    assert (wrong.exit_code, "The rule auroc:-0.01@gaussian counts nowhere" in wrong.output) == (0, True)
    right = call(base, worse, "--only", "quality", *general, *special)
    assert (right.exit_code, "counts nowhere" in right.output) == (1, False)


def test_a_missing_cell_fails_whatever_the_rules(base: Path, tmp_path: Path) -> None:
    """Unless HEAD is a part on purpose, and then it is said."""
    head = drop(store(tmp_path / "head", board()), "gaussian", "noise")
    result = call(base, head, "--only", "quality", "--fail-on", "auroc:-0.5@deep-ae")
    assert (result.exit_code, "GONE (fails)" in result.output) == (1, True)
    part = call(base, head, "--only", "quality", "--subset")
    assert (part.exit_code, "1 cells of BASE are not in HEAD" in part.output) == (0, True)


def test_a_part_must_have_finished(base: Path, tmp_path: Path) -> None:
    """What is missing by accident is not missing on purpose."""
    error = refusal(base, store(tmp_path / "head", board(), manifest={"state": "running"}), "--subset")
    assert (error.exit_status, "did not finish" in str(error)) == (2, True)


def test_a_cell_that_failed_in_head_fails(base: Path, tmp_path: Path) -> None:
    """With its reason, made harmless for a terminal."""
    head = change(
        store(tmp_path / "head", board()), "gaussian", "noise", status="failed", reason="bad \x1b[31m end", auroc=None
    )
    result = call(base, head, "--only", "quality")
    assert result.exit_code == 1
    assert "HEAD: failed: bad" in result.output
    assert "\x1b" not in result.output


def test_what_cannot_be_told_fails_only_when_asked(base: Path, tmp_path: Path) -> None:
    """AMBIGUOUS passes unless --strict."""
    head = store(tmp_path / "head", board(gaussian__noise=drawn(1.4, seed=9)), keep=False)
    assert call(base, head, "--only", "quality").exit_code == 0
    strict = call(base, head, "--only", "quality", "--strict")
    assert (strict.exit_code, "AMBIGUOUS (fails)" in strict.output) == (1, True)


def test_other_protocols_are_not_comparable(base: Path, tmp_path: Path) -> None:
    """Status 3 with what differs and on how many cells; --force shows the numbers, marked."""
    manifest = {"settings": {"threshold": "zscore:3"}}
    head = store(tmp_path / "head", board(), protocol="other-bbb", manifest=manifest)
    error = refusal(base, head, "--only", "quality")
    assert error.exit_status == 3
    assert "differs on 4 of 4 cells: threshold is None in BASE and zscore:3 in HEAD. " in str(error)
    forced = call(base, head, "--only", "quality", "--force")
    assert (forced.exit_code, "FORCED, not comparable: The protocol differs" in forced.output) == (0, True)


def test_other_anomalies_are_named_with_what_changed(tmp_path: Path) -> None:
    """The part of the hash that is the anomaly's own."""
    sides = [
        store(tmp_path / name, board(), protocol=f"aaa-{name}", manifest={"anomalies": {"noise": {"sigma": sigma}}})
        for name, sigma in (("base", 1), ("head", 2))
    ]
    words = str(refusal(*sides))
    assert "noise: sigma 1 → 2; fashion: the same settings of a generator of another class or module" in words


def test_speed_is_not_compared_across_machines(base: Path, tmp_path: Path) -> None:
    """Status 3 with what differs; quality alone may be compared."""
    manifest = {"hardware": {**HARDWARE, "cores": 64}}
    head = store(tmp_path / "head", board(), device_name="another processor", manifest=manifest)
    error = refusal(base, head)
    assert error.exit_status == 3
    assert all(text in str(error) for text in ("another processor", "64", "--only quality"))
    assert call(base, head, "--only", "quality").exit_code == 0


def test_runs_without_a_common_cell_are_not_comparable(base: Path, tmp_path: Path) -> None:
    """Forced or not: there is nothing to see."""
    head = store(tmp_path / "head", board(), dataset="other")
    assert refusal(base, head, "--force").exit_status == 3
    assert "no cell in common" in str(refusal(base, head))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("auroc:-0.01@gausian", "Did you mean 'gaussian'"),
        ("auroc:-0.01@gaussian/nothing", "matches nothing here"),
        ("auroc:-0.01@gauss*/nois", "Did you mean 'noise'? Anomalies: fashion, noise."),
        ("images_per_second:-20%", "could be judged: BASE holds no raw repeats"),
        ("aurok:-0.01", "Did you mean 'auroc'"),
        ("auroc:+0.01", "higher is better"),
    ],
)
def test_a_rule_that_guards_nothing_is_a_wrong_request(base: Path, rule: str, words: str) -> None:
    """A gate must not pass because nobody looked."""
    head = store(base.parent / "slower", board(), images_per_second=50.0)
    error = refusal(base, head, "--fail-on", "auroc:-0.01", "--fail-on", rule)
    assert (error.exit_status, words in str(error)) == (2, True)


def test_rules_for_what_is_left_out_alone_guard_nothing(base: Path) -> None:
    """One file may serve for both parts, but not for none."""
    both = ("--fail-on", "auroc:-0.01", "--fail-on", "images_per_second:-10%")
    assert call(base, base, "--only", "quality", *both).exit_code == 0
    assert refusal(base, base, "--only", "quality", *both[2:]).exit_status == 2


def test_a_board_on_which_nothing_was_measured_does_not_pass(tmp_path: Path) -> None:
    """Without any rule given, too; the reasons are made harmless for a terminal and for a log that takes commands."""
    sides = [
        store(tmp_path / name, board(), status="failed", reason="it\n\x1b[31mbroke", auroc=None)
        for name in ("base", "head")
    ]
    message = str(refusal(*sides))
    assert "nothing that could be judged: measured on neither side: BASE: failed: it \\x1b[31mbroke" in message


@pytest.mark.parametrize("older", ["schema-1", "schema-1-scores", "schema-2", "schema-3"])
def test_runs_of_older_versions_are_read(older: str) -> None:
    """And compared with themselves: all the same."""
    assert call(GOLDEN / older, GOLDEN / older, "--only", "quality").exit_code == 0


@pytest.mark.parametrize(("schema", "words"), [(99, "newer benchkit"), (0, "older benchkit")])
def test_runs_of_unknown_versions_are_refused(base: Path, tmp_path: Path, schema: int, words: str) -> None:
    """Status 1, with what to do."""
    error = refusal(base, store(tmp_path / "head", board(), manifest={"schema": schema}))
    assert (error.exit_status, words in str(error)) == (1, True)


def test_a_baseline_that_is_not_there_is_a_wrong_request(base: Path) -> None:
    """Status 2, with what may be given."""
    error = refusal("results/nothing", base)
    assert (error.exit_status, "which is not there" in str(error)) == (2, True)


def test_changed_settings_are_noted(tmp_path: Path) -> None:
    """The same detector, with what changed."""
    sides = [
        store(tmp_path / name, board(), manifest={"detectors": {"deep-ae": {"epochs": epochs}}})
        for name, epochs in (("base", 10), ("head", 1))
    ]
    assert "The settings of the detector deep-ae changed: epochs 10 → 1." in call(*sides, "--only", "quality").output


def test_the_formats_are_those_of_the_library() -> None:
    """The list stands in two places, so that --help imports nothing."""
    assert FORMATS == formats.FORMATS


def test_json_and_junit_hold_every_judgement(base: Path, worse: Path) -> None:
    """And the same exit status as on the screen."""
    options = ("--only", "quality", "--format")
    result = call(base, worse, *options, "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_status"], len(document["judgements"])) == (1, 1, 4)
    suite = ElementTree.fromstring(call(base, worse, *options, "junit").stdout)[0]  # noqa: S314 - written just now
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")


def test_the_report_goes_to_a_file_and_the_summary_is_added_to(
    base: Path, worse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step summary keeps what other steps wrote; the screen shows the text all the same."""
    out, summary, other = tmp_path / "report.xml", tmp_path / "summary.md", tmp_path / "other.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    result = call(base, worse, "--only", "quality", "--format", "junit", "--out", out)
    assert "FAILED: 1 judgement" in result.stdout
    assert ElementTree.fromstring(out.read_text()).tag == "testsuites"  # noqa: S314 - written just now
    assert summary.read_text().startswith("before\n## ")
    call(base, worse, "--only", "quality", "--summary", other)
    assert "WORSE" in other.read_text()


def test_a_file_of_rules_and_flags_is_read(base: Path, worse: Path, tmp_path: Path) -> None:
    """Rules on the command line come after those of the file, and count more."""
    file = tmp_path / "gate.toml"
    file.write_text('only = "quality"\nfail-on = ["auroc:-0.9"]\nformat = "json"\n')
    assert call(base, worse, "--tolerances", file).exit_code == 0
    stricter = call(base, worse, "--tolerances", file, "--fail-on", "auroc:-0.01@gaussian", "--format", "text")
    assert (stricter.exit_code, "FAILED" in stricter.output) == (1, True)
    assert call(base, worse, "--only", "quality").exit_code == 1, "a file counts for one call"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"fail-on = [", "is not TOML"),
        (b"# \xff\n\xfe", "line 1: is not UTF-8"),
        (b"\nfail_on = []", "line 2: got the unknown key 'fail_on'"),
        (b"strict = 1", "line 1: strict: got 1; expected true or false"),
        (b"fail-on = 'auroc:-0.01'", "expected a list of texts"),
        (b"only = true", "expected text in quotes"),
        (b"\n\nonly = 'both'", "line 3: 'both' is not one of 'quality', 'speed'"),
        (
            b"strict = true\nfail-on = [\n  'auroc:-0.01',\n  'aurok:-1'\n]",
            "line 4: compare: tolerance: got 'aurok:-1'",
        ),
    ],
)
def test_a_file_that_is_no_gate_is_a_wrong_request(
    base: Path, tmp_path: Path, content: bytes | None, words: str
) -> None:
    """Status 2, with the file and the line."""
    file = tmp_path / "gate.toml"
    if content is not None:
        file.write_bytes(content)
    error = refusal(base, base, "--tolerances", file)
    assert (error.exit_status, words in str(error), str(file) in str(error)) == (2, True, True)


def test_a_run_is_not_compared_with_a_file_of_benchmarks(base: Path, tmp_path: Path) -> None:
    """Two of one kind."""
    file = tmp_path / "bench.json"
    stats = dict.fromkeys(("min", "max", "mean", "median"), 0.5) | {"rounds": 5, "data": [0.5] * 5}
    one = {"fullname": "b.py::test_x", "name": "test_x", "stats": stats}
    file.write_text(json.dumps({"benchmarks": [one], "machine_info": {}, "version": "5"}))
    for sides in ((base, file), (file, base)):
        error = refusal(*sides)
        assert (error.exit_status, "two runs, or two files" in str(error)) == (2, True)
    assert refusal(file, file, "--only", "quality").exit_status == 2


def test_a_stream_without_arrows_gets_question_marks(base: Path, worse: Path) -> None:
    """As a file on Windows, whose code page has none: a gate must not end in a traceback."""
    done = subprocess.run(
        [Path(sys.executable).with_name("benchkit"), "compare", base, worse, "--only", "quality", "--format", "github"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True, encoding="cp1252", timeout=240, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{base.name} ? " in done.stdout


def test_the_reference_against_itself_as_a_process(tmp_path: Path) -> None:
    """All SAME, and status 0."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("benchkit")), "compare", str(REFERENCE), str(REFERENCE)],
        capture_output=True, text=True, cwd=tmp_path, timeout=240, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "AUROC: 192 SAME (192 identical)" in done.stdout
