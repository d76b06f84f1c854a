"""The action and the documented recipe for CI: their very shell steps, run by bash."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ci_helpers import ACTION, EXPRESSION, ROOT, STEPS, calls, use

DOCUMENT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def test_no_input_is_written_into_a_script() -> None:
    """Inputs come in by the environment, where they are text and never code; so does what a step hands on."""
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def test_every_input_is_described_and_used() -> None:
    """Only the baseline has to be given; everything else has a default."""
    used = {match[2] for step in STEPS for match in EXPRESSION.finditer(str(step.get("env", step.get("with"))))}
    assert set(ACTION["inputs"]) <= used
    assert [name for name, entry in ACTION["inputs"].items() if not entry["description"]] == []
    assert [name for name, entry in ACTION["inputs"].items() if "default" not in entry] == ["baseline"]


def test_every_step_that_is_referred_to_is_there() -> None:
    """An output that no step writes would be empty without a word."""
    ids = {step.get("id") for step in STEPS}
    text = yaml.safe_dump(ACTION)
    assert set(re.findall(r"steps\.([\w-]+)\.outputs", text)) <= ids


def test_arguments_are_read_as_a_shell_would_without_running_anything(tmp_path: Path) -> None:
    """Quotes and line breaks work; patterns, variables and substitutions stay as they are."""
    job = use(
        tmp_path,
        ["benchkit"],
        run="--dataset 'my images'\n  -d gauss* -a $HOME \"$(touch pwned)\" `touch pwned`;touch pwned",
        baseline="git:main:results/a b; touch pwned",
        fail_on="auroc:-0.01\n\nf1:-5%@$(touch pwned)\n",
        tolerances="my rules.toml",
        compare="--strict --subset",
        plugins="one.py\nsub dir/two.py",
        results="out dir",
    )
    (job.work / "gauss-file").touch()
    assert job.run() == 0
    run, compare = calls(job)
    words = ["--dataset", "my images", "-d", "gauss*", "-a", "$HOME", "$(touch pwned)", "`touch", "pwned`;touch"]
    added = ["--plugin", "one.py", "--plugin", "sub dir/two.py", "--out", "out dir", "--name", "head"]
    assert run == ["benchkit", "run", *words, "pwned", *added]
    rules = ["--fail-on", "auroc:-0.01", "--fail-on", "f1:-5%@$(touch pwned)", "--tolerances", "my rules.toml"]
    sides = ["--", "git:main:results/a b; touch pwned", "out dir/head"]
    report = ["--summary", str(tmp_path / "benchkit-comparison.md")]
    assert compare == ["benchkit", "compare", "--strict", "--subset", *rules, "--only", "quality", *report, *sides]
    assert [path.name for path in job.work.iterdir()] == ["gauss-file"]


@pytest.mark.parametrize(("only", "passed"), [("both", []), ("speed", ["--only", "speed"])])
def test_both_leaves_the_choice_to_the_comparison(tmp_path: Path, only: str, passed: list[str]) -> None:
    """Quality is the default: a hosted runner is another machine every day."""
    job = use(tmp_path, ["benchkit"], baseline="b", only=only)
    assert job.run() == 0
    assert calls(job)[1][2:-5] == passed


@pytest.mark.parametrize(
    ("only", "added"), [("quality", []), ("both", ["--timing-noise", "0"]), ("speed", ["--timing-noise", "0"])]
)
def test_a_gate_on_speed_spends_the_budget_of_its_timings(tmp_path: Path, only: str, added: list[str]) -> None:
    """One that ended early could not be judged; it stands first, so that what the caller says wins."""
    job = use(tmp_path, ["benchkit"], baseline="b", only=only, run="--timing-seconds 6")
    assert job.run() == 0
    assert calls(job)[0][2:-4] == [*added, "--timing-seconds", "6"]


def test_a_quote_that_is_not_closed_fails_before_anything_runs(tmp_path: Path) -> None:
    """Half a request is not run."""
    job = use(tmp_path, ["benchkit"], baseline="b", run="--dataset 'digits")
    assert job.run() != 0
    assert "No closing quotation" in job.errors
    assert not (tmp_path / "record").exists()


@pytest.mark.parametrize(("status", "ends", "number"), [("0", 0, 2), ("1", 0, 2), ("2", 2, 1), ("130", 130, 1)])
def test_a_cell_that_went_wrong_is_left_to_the_comparison(tmp_path: Path, status: str, ends: int, number: int) -> None:
    """A run that ends with 1 is compared; one that was refused or stopped is not."""
    job = use(tmp_path, ["benchkit"], baseline="b", extra={"STUB_RUN": status})
    assert job.run() == ends
    assert len(calls(job)) == number
    assert job.summary.startswith("## compared" if number == 2 else "### Nothing was compared: the run ended with")


@pytest.mark.parametrize("status", [0, 1])
def test_the_summary_is_written_and_the_status_is_that_of_the_comparison(tmp_path: Path, status: int) -> None:
    """Also where the gate fails: then above all."""
    job = use(tmp_path, ["benchkit"], baseline="b", extra={"STUB_COMPARE": str(status)})
    assert job.run() == status
    assert job.summary == "## compared\n"
    assert job.outputs["compare.status"] == str(status)
    assert Path(job.outputs["compare.report"]).read_text() == "## compared\n"
    assert job.outputs["run.run"] == "benchkit-results/head"


@pytest.mark.parametrize("status", [2, 3])
def test_without_a_comparison_the_summary_says_why(tmp_path: Path, status: int) -> None:
    """The message stands there as it is, not as Markdown, and in the log."""
    job = use(tmp_path, ["benchkit"], baseline="b", extra={"STUB_COMPARE": str(status)})
    assert job.run() == status
    assert job.summary == f"### Nothing was compared (exit status {status})\n\n    # `why`\n"
    assert "# `why`" in job.errors


def test_a_line_break_makes_no_further_output(tmp_path: Path) -> None:
    """An input cannot write the status of the gate."""
    job = use(tmp_path, ["benchkit"], baseline="b", results="out\nstatus=0")
    job.run(only="run")
    assert job.outputs == {"run.run": "out/head"}


def test_benchkit_is_installed_as_the_action_is_and_requirements_line_by_line(tmp_path: Path) -> None:
    """In the versions that it was tested with, then what the caller's plugin needs; nothing is expanded."""
    job = use(tmp_path, ["python"], baseline="b", requirements=".\n-e ./my plugin\nacme-ad>=1; touch pwned")
    assert job.run(only="install") == 0
    own, more = calls(job)
    assert own[-3:] == ["--constraint", str(ROOT / "constraints.txt"), str(ROOT)]
    assert more[-2] == "--requirement"
    assert Path(more[-1]).read_text() == ".\n-e ./my plugin\nacme-ad>=1; touch pwned\n"
    assert list(job.work.iterdir()) == []


RUN = "--dataset digits --offline --in-process -d gaussian -a noise-3 -a held-out-9 --timing-seconds 0.02"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with a small run as committed baseline."""
    folder = tmp_path_factory.mktemp("job") / "work"
    folder.mkdir()
    commands = [
        "git init -q -b main .",
        f"benchkit run {RUN} --name baseline",
        "git add -f results/baseline",
        "git -c user.name=ci -c user.email=ci@example.org commit -q -m 'Add the baseline of the detectors'",
    ]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in commands:
        subprocess.run(["bash", "-c", command], cwd=folder, env=environment, check=True, capture_output=True)
    return folder


@pytest.mark.faults
@pytest.mark.parametrize(
    ("name", "inputs", "status", "said"),
    [
        ("unchanged", {}, 0, "SAME"),
        ("degraded", {"run": f"{RUN} --set gaussian.covariance=diagonal"}, 1, "WORSE"),
        ("guards-nothing", {"fail_on": "auroc:-0.01@nobody"}, 2, "exit status 2"),
        ("other-protocol", {"run": f"{RUN} --prevalence 0.3"}, 3, "exit status 3"),
    ],
)
def test_the_gate_ends_as_documented(
    repository: Path, name: str, inputs: dict[str, str], status: int, said: str
) -> None:
    """With the real command: an unchanged detector passes, a worse one fails, and what cannot be judged says so."""
    (repository.parent / "summary.md").unlink(missing_ok=True)
    given = {"run": RUN, "baseline": "git:HEAD:results/baseline", "fail_on": "auroc:-0.01", "results": name, **inputs}
    job = use(repository.parent, **given)
    assert job.run() == status, job.errors
    assert said in job.summary


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of the document in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


def test_the_documented_workflows_use_inputs_that_there_are() -> None:
    """Every use of the action in the document names its baseline, and no input that the action does not know."""
    jobs = [job for text in blocks("yaml") for job in yaml.safe_load(text).get("jobs", {}).values()]
    uses = [step for job in jobs for step in job["steps"] if "benchkit@" in step.get("uses", "")]
    assert uses
    for step in uses:
        assert set(step["with"]) <= set(ACTION["inputs"])
        assert "baseline" in step["with"]


def test_the_documented_shell_lines_use_options_that_there_are() -> None:
    """Every long option of `benchkit run` and `benchkit compare` in a workflow is one of theirs."""
    from benchkit.cli import benchkit

    text = re.sub(r"\\\n", " ", "\n".join(blocks("yaml") + blocks("bash")))
    lines = [line for line in text.splitlines() if re.search(r"\bbenchkit (run|compare)\b", line)]
    assert lines
    for line in lines:
        name, rest = re.findall(r"\bbenchkit (run|compare)\b(.*)", line)[0]
        command = benchkit.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"(?<!\S)--[\w-]+", rest)) <= known, line


def test_the_documented_scripts_are_bash() -> None:
    """Those that the document only writes to a file can be read by bash too."""
    scripts = blocks("bash")
    assert scripts
    for script in scripts:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_every_input_of_the_action_is_in_the_document() -> None:
    """The table of inputs is complete, and names none that there is not."""
    named = re.findall(r"^\| `([\w-]+)` \|", DOCUMENT, re.MULTILINE)
    assert set(named) == set(ACTION["inputs"])
