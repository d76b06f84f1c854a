"""Finding plugins and loading each in isolation, with real distributions and files."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchkit.errors import PluginLoadError, UsageError
from benchkit.registry import Registry, load_registry

Install = Callable[..., Path]

GOOD = """
@benchkit.hookimpl
def benchkit_detectors():
    return [Mean("good-mean")]
"""


def load(*files: Path) -> Registry:
    """Load every plugin but the built-in ones."""
    return load_registry(files=files, rules=["no:benchkit"])


def only_error(registry: Registry) -> str:
    """Return the message of the one problem."""
    assert len(registry.problems) == 1
    return str(registry.problems[0])


def test_an_entry_point_of_a_strangers_distribution_is_offered(install: Install) -> None:
    """A detector announced by a distribution is there, with the distribution's name and version."""
    install("acme-ad", "acme", GOOD, version="3.2")
    offer = load().detectors["good-mean"]
    assert (offer.plugin, offer.distribution, offer.version) == ("acme", "acme-ad", "3.2")
    assert load().problems == ()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import no_such_module_at_all", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise BaseException('panic')", "BaseException: panic"),
        ("1 / 0", "ZeroDivisionError"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_a_plugin_that_cannot_be_imported_is_reported_with_its_place(install: Install, code: str, said: str) -> None:
    """Whatever an import raises is one PluginLoadError that names the line, and the other plugins work."""
    install("acme-ad", "acme", GOOD)
    path = install("bad-ad", "bad", code, version="0.1")
    registry = load()
    message = only_error(registry)
    assert isinstance(registry.problems[0], PluginLoadError)
    assert message.startswith("plugin 'bad' (bad-ad 0.1): import: ")
    assert said in message
    line = path.read_text().splitlines().index(code) + 1
    assert f"{path}:{line}" in message
    assert "no:bad" in message
    assert "good-mean" in registry.detectors
    broken = [record for record in registry.plugins if record.state == "broken"]
    assert [(record.kind, record.name, record.error) for record in broken] == [("plugin", "bad", message)]


def test_ctrl_c_says_which_plugin_was_waited_for(install: Install) -> None:
    """Who waits too long for a command learns whose import takes the time, and what leaves it out."""
    path = install("slow-ad", "slow", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt, match=r"plugin 'slow' .*import was under way .*`-p no:slow`") as caught:
        load()
    assert str(path) in str(caught.value)


def test_a_module_that_answers_for_no_name_breaks_only_itself(install: Install) -> None:
    """Even the question for the version of the doors may raise."""
    install("bad-ad", "bad", GOOD.replace("good", "odd") + "def __getattr__(name):\n    raise OSError(name)\n")
    install("acme-ad", "acme", GOOD)
    registry = load()
    assert "OSError" in only_error(registry)
    assert "good-mean" in registry.detectors


def test_an_entry_point_to_a_missing_module_is_reported(install: Install) -> None:
    """A typing error in the entry point itself breaks only that plugin."""
    install("bad-ad", "bad", "", target="fake_gone_module")
    assert "No module named 'fake_gone_module'" in only_error(load())


def test_prints_at_import_and_in_hooks_go_to_standard_error(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output stays clean for tables and JSON however much a plugin prints."""
    install("loud-ad", "loud", GOOD.replace("return", "print('in the hook')\n    return") + "print('at import')")
    assert "good-mean" in load().detectors
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "at import" in captured.err
    assert "in the hook" in captured.err


def test_a_misspelt_hook_is_answered_with_the_right_one(install: Install) -> None:
    """A hook that benchkit does not have is refused with the nearest one."""
    install("bad-ad", "bad", GOOD.replace("def benchkit_detectors", "def benchkit_detector"))
    message = only_error(load())
    assert "'benchkit_detector'" in message
    assert "Rename it to benchkit_detectors" in message


def test_a_hook_without_its_mark_is_answered_with_the_mark(install: Install) -> None:
    """A plugin whose functions lack @hookimpl would offer nothing; the message says which function to mark."""
    install("bad-ad", "bad", GOOD.replace("@benchkit.hookimpl", ""))
    assert "Mark benchkit_detectors with @benchkit.hookimpl" in only_error(load())


def test_a_hook_with_an_argument_that_there_is_not_is_refused(install: Install) -> None:
    """A hook function that asks for arguments breaks only its own plugin."""
    install("bad-ad", "bad", GOOD.replace("detectors()", "detectors(registry)"))
    install("acme-ad", "acme", GOOD)
    registry = load()
    assert "registry" in only_error(registry)
    assert "good-mean" in registry.detectors


def test_control_characters_in_an_error_are_escaped(install: Install) -> None:
    """A plugin's exception cannot send escape sequences to the terminal."""
    install("bad-ad", "bad", "raise ValueError('\\x1b[31mred\\x07')")
    message = only_error(load())
    assert "\\x1b[31mred\\x07" in message
    assert message.isprintable()


def test_a_plugin_of_a_distribution_without_metadata_works(install: Install) -> None:
    """A distribution whose METADATA is lost is nameless, not broken."""
    module = install("acme-ad", "acme", GOOD)
    next(module.parent.glob("*.dist-info/METADATA")).unlink()
    assert load().detectors["good-mean"].plugin == "acme"


def test_a_plugin_file_is_loaded_with_its_path_and_hash(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file given by path is a plugin like any other; its version is made from its content, its folder stays clean."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = install("unused", "unused", GOOD)
    registry = load_registry(files=[path], rules=["no:benchkit", "no:unused"])
    offer = registry.detectors["good-mean"]
    assert (offer.plugin, offer.distribution, len(offer.version)) == (path.name, str(path), 12)
    assert not (path.parent / "__pycache__").exists()


def test_a_changed_plugin_file_is_read_anew(tmp_path: Path, install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """Editing a file between two registries of one process shows in the second, within one second too."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    code = install("unused", "unused", GOOD).read_text()
    path = tmp_path / "mine.py"
    names = []
    for name in ("some-mean", "then-mean"):
        path.write_text(code.replace("good-mean", name))
        names += load_registry(files=[path], rules=["no:benchkit", "no:unused"]).detectors
    assert names == ["some-mean", "then-mean"]


def test_objects_of_a_plugin_file_can_be_sent_to_another_process(tmp_path: Path, install: Install) -> None:
    """A worker process that loads the same file unpickles the objects of the first."""
    source = install("unused", "unused", GOOD)
    path = tmp_path / "mine.py"
    path.write_text(source.read_text())
    registry = load_registry(files=[path], rules=["no:benchkit", "no:unused"])
    (tmp_path / "offer").write_bytes(pickle.dumps(registry.detectors["good-mean"]))
    worker = (
        "import pickle, sys; from pathlib import Path; from benchkit.registry import load_registry;"
        "offers = load_registry(files=[Path(sys.argv[1])], rules=['no:benchkit']).detectors;"
        "print(pickle.loads(Path(sys.argv[2]).read_bytes()) == offers['good-mean'])"
    )
    arguments = [sys.executable, "-c", worker, str(path), str(tmp_path / "offer")]
    result = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "True"


def test_one_plugin_file_given_twice_is_loaded_once(tmp_path: Path, install: Install) -> None:
    """The same file by two spellings of its path is no conflict."""
    path = install("unused", "unused", GOOD)
    registry = load_registry(files=[path, path.parent / "." / path.name], rules=["no:benchkit", "no:unused"])
    assert registry.problems == ()


def test_a_broken_plugin_file_ends_the_command(tmp_path: Path) -> None:
    """The user asked for this very file, so its fault is raised at once."""
    path = tmp_path / "mine.py"
    path.write_text("import no_such_module_at_all\n")
    for _ in range(2):  # a half imported module must not pass for a whole one later
        with pytest.raises(PluginLoadError, match=r"mine\.py.*no_such_module_at_all"):
            load(path)
    path.write_text("x = 1\n")
    with pytest.raises(PluginLoadError, match="got no hook"):
        load(path)


@pytest.mark.parametrize("name", ["gone.py", "mine.txt", "folder.py"])
def test_a_path_that_is_no_python_file_is_refused(tmp_path: Path, name: str) -> None:
    """A missing file, another suffix and a folder are wrong requests."""
    (tmp_path / "mine.txt").touch()
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(UsageError, match=r"expected a Python file"):
        load(tmp_path / name)
