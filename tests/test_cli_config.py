"""``--set`` and ``--config``: values come as TOML reads them, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import benchkit
from benchkit.cli.config import beside_the_file, config_option, parse_changes, parse_sweeps, with_its_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pixel-ae.epochs=5", {"pixel-ae": {"epochs": 5}}),
        ("noise-1.sigma=0.01", {"noise-1": {"sigma": 0.01}}),
        ("pixel-ae.hidden=[100, 50]", {"pixel-ae": {"hidden": [100, 50]}}),
        ("pixel-ae.replacement=true", {"pixel-ae": {"replacement": True}}),
        ("pixel-ae.optimiser=adagrad", {"pixel-ae": {"optimiser": "adagrad"}}),
        ("gaussian@layer1.covariance=diagonal", {"gaussian@layer1": {"covariance": "diagonal"}}),
        ("a.b=c=d", {"a": {"b": "c=d"}}),
    ],
)
def test_assignments_are_parsed(text: str, expected: dict[str, dict[str, object]]) -> None:
    """NAME.FIELD=VALUE with a TOML value, or plain text where it is none."""
    assert parse_changes([text]) == expected


@pytest.mark.parametrize("text", ["", "epochs=5", "pixel-ae.epochs", ".epochs=5", "pixel-ae.=5"])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    """Anything else says what the form is."""
    with pytest.raises(benchkit.UsageError, match=r"NAME\.FIELD=VALUE"):
        parse_changes([text])


def test_several_fields_of_one_plugin_are_merged() -> None:
    """Two assignments to one plugin change both fields."""
    assert parse_changes(["a.x=1", "a.y=2"]) == {"a": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.hidden=20,50,100", [20, 50, 100]),
        ("a.hidden=[100, 50], [20]", [[100, 50], [20]]),
        ("a.optimiser=adam, adagrad", ["adam", "adagrad"]),
        ('a.way="x,y",2', ["x,y", 2]),
        ("a.rate=1e-3,fast", [0.001, "fast"]),
        ("a.rate=", []),
    ],
)
def test_sweeps_are_parsed(text: str, expected: list[object]) -> None:
    """TOML values between commas, brackets and quotes left whole; bare words are texts."""
    ((_, fields),) = parse_sweeps([text]).items()
    assert list(fields.values()) == [expected]


def test_what_is_no_sweep_is_refused() -> None:
    """Says what the form is."""
    with pytest.raises(benchkit.UsageError, match=r"--sweep.*NAME\.FIELD=VALUE,…"):
        parse_sweeps(["hidden=20,50"])


@click.command()
@click.option("--number", type=click.IntRange(min=1), default=1)
@click.option("--flag", is_flag=True)
@click.option("--word", "words", multiple=True)
@click.option("--set", "changes", multiple=True, callback=beside_the_file)
@click.option("--sweep", "sweeps", multiple=True, callback=beside_the_file)
@config_option
def toy(number: int, flag: bool, words: tuple[str, ...], changes: tuple[str, ...], sweeps: tuple[str, ...]) -> None:
    """Print the options."""
    with with_its_line():
        if number == 7:
            raise benchkit.UsageError(" ".join(words))
    click.echo(f"{number} {words} {parse_changes(changes)}{parse_sweeps(sweeps) or ''}")


def ask(tmp_path: Path, content: str, *flags: str) -> str:
    """Return what the toy command prints with a config file."""
    (tmp_path / "c.toml").write_text(content)
    result = CliRunner().invoke(toy, ["--config", str(tmp_path / "c.toml"), *flags], standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.output.strip()


def test_a_file_sets_what_flags_do_not(tmp_path: Path) -> None:
    """The file is a default; a flag on the command line wins."""
    assert ask(tmp_path, "number = 3\nword = ['a', 'b']") == "3 ('a', 'b') {}"
    assert ask(tmp_path, "number = 3", "--number", "4").startswith("4")


def test_a_file_changes_settings_with_their_types(tmp_path: Path) -> None:
    """A [set.NAME] table reaches the plugin with lists, text, numbers and booleans intact."""
    content = "[set.a]\nx = [1, 2]\ny = 'text \"quoted\"'\nz = 0.5\nw = true\n"
    assert ask(tmp_path, content).endswith(str({"a": {"x": [1, 2], "y": 'text "quoted"', "z": 0.5, "w": True}}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("nummber = 3", "Did you mean 'number'"),
        ("number = [1, 2]", "expected one value"),
        ("number = true", "expected one value, a whole number"),
        ("number = 1.5", "expected one value, a whole number"),
        ("number = 'x'", "expected one value, a whole number"),
        ("number = 0", "not in the range"),
        ("flag = 7", "expected true or false"),
        ("word = 3", "expected text, or a list of texts"),
        ("word = [['a']]", "expected text, or a list of texts"),
        ("set = 3", "expected text, or a list of texts"),
        ("[set]\na = 3", r"expected a table of fields, such as \[set"),
        ("config = 'c.toml'", "unknown key 'config'"),
        ("= 3", "line 1"),
    ],
)
def test_mistakes_in_a_file_are_named(tmp_path: Path, content: str, message: str) -> None:
    """Unknown keys, values of another type or out of range, and broken TOML are usage errors that name the file."""
    with pytest.raises(benchkit.UsageError, match=rf"c\.toml.*{message}"):
        ask(tmp_path, content)


def test_a_sweep_can_stand_in_the_file(tmp_path: Path) -> None:
    """A table a detector, a list a field."""
    printed = ask(tmp_path, "[sweep.pixel-ae]\nhidden = [20, [100, 50]]\noptimiser = ['adam', 'adagrad']\n")
    assert "{'pixel-ae': {'hidden': [20, [100, 50]], 'optimiser': ['adam', 'adagrad']}}" in printed


def test_a_sweep_of_one_value_has_to_be_a_list(tmp_path: Path) -> None:
    """A number alone is a setting."""
    with pytest.raises(benchkit.UsageError, match=r"sweep: got pixel-ae.epochs = 5; expected a list"):
        ask(tmp_path, "[sweep.pixel-ae]\nepochs = 5\n")


def test_one_more_setting_leaves_those_of_the_file(tmp_path: Path) -> None:
    """A recipe run with one more --set keeps its others; of one field in both places the command line's counts."""
    content = "[set.a]\nx = 1\ny = 2\n[sweep.b]\nz = [1, 2]\n"
    printed = ask(tmp_path, content, "--set", "a.y=3", "--set", "c.x=4", "--sweep", "b.w=5,6")
    assert printed.endswith("{'a': {'x': 1, 'y': 3}, 'c': {'x': 4}}{'b': {'z': [1, 2], 'w': [5, 6]}}")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("# a comment\n\nnummber = 3\n", 3),
        ("word = [\n  'a',\n  'b',\n]\nnumber = 'x'\n", 5),
        ("flag = true\nnumber = 0\n", 2),
        ("flag = true\n[set]\n\na = 3\n", 4),
        ("flag = true\n[sweep.a]\nx = [1]\ny = 3\n", 4),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, content: str, line: int) -> None:
    """An unknown key, a wrong value, and a table that is none: the line where it begins."""
    with pytest.raises(benchkit.UsageError, match=rf"c\.toml, line {line}:"):
        ask(tmp_path, content)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("settings of 'pixel-ae': got the unknown field 'epohs'.", 4),
        ("settings of 'pixel-ae': got hidden = 3 (int).", 3),
        ("detector 'pixel-ae': got hidden=(0,); expected 1 or more.", 3),
        ("settings for 'conv-ae': got a name that matches nothing.", 5),
        ("sweep: got no values for latent.epochs; expected one.", 9),
    ],
)
def test_a_setting_that_turns_out_wrong_later_is_named_with_its_line(tmp_path: Path, message: str, line: int) -> None:
    """What only the plugin can refuse is found in the file by the names in the message."""
    content = "number = 7\n[set.pixel-ae]\nhidden = 3\nepohs = 4\n[set.conv-ae]\nlatent = 1\n"
    content += "[sweep.latent]\n# all\nepochs = []\n"
    with pytest.raises(benchkit.UsageError) as caught:
        ask(tmp_path, content, "--word", message)
    assert str(caught.value) == f"{message} It stands in {tmp_path / 'c.toml'}, line {line}."


def test_a_mistake_that_is_not_in_the_file_is_told_as_it_is(tmp_path: Path) -> None:
    """Nothing in the file has such a name."""
    with pytest.raises(benchkit.UsageError) as caught:
        ask(tmp_path, "number = 7\n[set.a]\nx = 1\n", "--word", "settings for 'gausian': got nothing.")
    assert str(caught.value) == "settings for 'gausian': got nothing."
