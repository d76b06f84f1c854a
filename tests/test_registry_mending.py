"""What mends a broken plugin, and the file and line that its error names; with real distributions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from benchkit.registry import load_registry
from benchkit.registry.mending import file_of, next_step, place_of

Install = Callable[..., Path]

HOOK = "@benchkit.hookimpl\ndef {}():\n    {}\n"


def error_of(install: Install, code: str) -> tuple[str, str]:
    """Install a plugin with this code; return what is said of it, and its file."""
    path = install("bad-ad", "bad", code)
    (problem,) = load_registry(rules=["no:benchkit"]).problems
    return str(problem), str(path)


def line_of(path: str, code: str) -> int:
    """Return the number of the line that begins with ``code``."""
    lines = Path(path).read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(code))


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("def broken(:", "Mend that line, or leave it out"),
        ("import no_such_module", "Install what brings 'no_such_module', often by `pip install no_such_module`, or"),
        ("import no_such_package.inner", "`pip install no_such_package`"),
        ("import sklearn.no_such_module", "'sklearn' is there, but has no 'sklearn.no_such_module': install a version"),
        ("import benchkit.no_such_module", "does not have that: mend the name, or install the release"),
        ("from benchkit import Detektor", "does not have that: mend the name, or install the release"),
        ("raise ModuleNotFoundError(name='x; rm -r .')", "Mend it, or leave it out"),
    ],
)
def test_an_import_that_fails_names_its_line_and_what_mends_it(install: Install, code: str, step: str) -> None:
    """A mistake in the source, a module that is not there, one that another version of a package has, a trap."""
    message, path = error_of(install, code)
    assert f"({path}:{line_of(path, code)}). " in message
    assert step in message
    assert "; rm" not in message


def test_a_source_that_tells_no_line_is_named_by_its_file(install: Install) -> None:
    """Python says of a null byte neither file nor line."""
    message, path = error_of(install, "x = 1\0")
    assert f"null bytes ({path}). Mend it" in message


@pytest.mark.parametrize("target", ["no_such_module", "no_such_package.inner:plugin"])
def test_an_entry_point_to_nothing_is_told_from_a_missing_dependency(install: Install, target: str) -> None:
    """Nothing is to be installed there: the distribution announces what it does not have."""
    install("bad-ad", "bad", "", target=target)
    (problem,) = load_registry(rules=["no:benchkit"]).problems
    assert f"Its entry point names {target!r}, and no such module is installed: mend [project" in str(problem)
    assert "pip install" not in str(problem)


CLASS = "@dataclass{}\nclass A(benchkit.Detector):\n    def {}:\n        return None\n"


@pytest.mark.parametrize(
    ("decorator", "method", "result", "said"),
    [
        ("", "fit(self, normal, *, seed)", "[]", "Write @dataclass(frozen=True) above the class, or leave"),
        ("(frozen=True)", "fit(self, normal, *, seed)", "[A()]", "Every object has a name, its first field: write A('"),
        ("(frozen=True)", "fits(self)", "[A('a')]", "Define in A what its door asks for: fit, or leave"),
        (
            "(frozen=True)", "fit(self, normal, *, seed)", "A('a')",
            "got one A; expected an iterable of Detector objects. Put it into a list: return [A(…)]",
        ),
        (
            "(frozen=True)", "fit(self, normal)", "[A('a')]",
            "A.fit: got fit(normal); expected fit(normal, *, seed), as it is called. Correct its parameters ({path}:",
        ),
    ],
)  # fmt: skip
def test_a_class_that_is_no_plugin_object_yet_is_told_what_it_lacks(
    install: Install, decorator: str, method: str, result: str, said: str
) -> None:
    """The mistakes of a first plugin: each names the file, and what to write."""
    code = CLASS.format(decorator, method) + HOOK.format("benchkit_detectors", f"return {result}")
    message, path = error_of(install, code)
    assert said.format(path=path) in message
    assert f"{path}:" in message


@pytest.mark.parametrize("method", ["fit(self, *inputs, **others)", "fit(self, rows, *, seed, more=0)"])
def test_a_method_that_takes_more_than_it_gets_is_allowed(install: Install, method: str) -> None:
    """Only what the call would refuse is a fault; names of positional parameters are the author's."""
    install(
        "acme-ad", "acme", CLASS.format("(frozen=True)", method) + HOOK.format("benchkit_detectors", "return [A('a')]")
    )
    assert list(load_registry(rules=["no:benchkit"]).detectors) == ["a"]


@pytest.mark.parametrize(
    ("hook", "advice"),
    [
        ("benchkit_detector", "Rename it to benchkit_detectors: "),
        ("benchkit_anomalies", "Rename it to benchkit_anomaly_generators: "),
        ("something_else", "Rename it, or take away its @benchkit.hookimpl: "),
    ],
)
def test_a_misspelt_hook_names_its_line_and_the_right_name(install: Install, hook: str, advice: str) -> None:
    """The nearest hook, if one is near."""
    message, path = error_of(install, HOOK.format(hook, "return []"))
    assert f"{advice}{path}:{line_of(path, '@benchkit.hookimpl')}." in message


def test_a_plugin_without_a_hook_is_named_by_its_file(install: Install) -> None:
    """There is no line to look at."""
    message, path = error_of(install, "x = 1")
    assert f"The plugin is {path}." in message


@pytest.mark.parametrize(
    ("hook", "body", "advice"),
    [
        ("benchkit_views", "return [Mean('mean')]", "got a Mean; expected a View. benchkit_detectors is the hook for"),
        ("benchkit_views", "return ['mean']", "got a str; expected a View. Mend it"),
        ("benchkit_views", "return 3", "'int' object is not iterable"),
        ("benchkit_views", "pass", "got None; expected an iterable of View objects"),
        ("benchkit_detectors", "return [Mean]", "expected an instance, such as Mean()."),
    ],
)
def test_an_object_of_the_wrong_type_names_its_hook_and_the_line(
    install: Install, hook: str, body: str, advice: str
) -> None:
    """What belongs to another hook is sent there."""
    message, path = error_of(install, HOOK.format(hook, body))
    assert advice in message
    assert f"{path}:{line_of(path, '@benchkit.hookimpl')}" in message


def test_a_fault_that_benchkit_found_names_the_plugins_line(install: Install) -> None:
    """A bad name is refused in benchkit's own code, which is not the place to mend."""
    message, path = error_of(install, HOOK.format("benchkit_detectors", "return [Mean('Bad Name')]"))
    assert f"({path}:{line_of(path, '    return [Mean')}). Mend it" in message


def test_the_file_of_a_module_is_found_without_importing_it(install: Install) -> None:
    """Of a module, of a package's inner module, of a file; nothing is run and nothing raised whatever the target."""
    path = install("bad-ad", "bad", "raise SystemExit('imported')")
    (path.parent / "fake_package").mkdir()
    (path.parent / "fake_package" / "__init__.py").write_text("raise SystemExit('imported')")
    (path.parent / "fake_package" / "inner.py").touch()
    assert file_of(f"{path.stem}:plugin") == str(path)
    assert file_of("fake_package.inner") == str(path.parent / "fake_package" / "inner.py")
    assert file_of("./mine.py") == "./mine.py"
    nowhere = ("", ":", ".", "a..b", "../../etc/passwd", "sys\0", "no_such_module", "fake_package.gone")
    assert [file_of(target) for target in nowhere] == [""] * len(nowhere)


def test_the_place_of_a_hook_is_told_for_functions_and_methods_only() -> None:
    """Something else that can be called has no line."""
    place = f"{__file__}:{line_of.__code__.co_firstlineno}"
    assert place_of(line_of) == place_of(functools.wraps(line_of)(lambda: None)) == place
    assert place_of(functools.partial(line_of, "")) == ""
    assert place_of(None) == ""


def test_a_dependency_without_a_name_is_no_dependency() -> None:
    """Python leaves the name out where a plugin raises the error itself."""
    assert next_step(ModuleNotFoundError("gone"), "mine.py") == "Mend it"


def test_a_mistake_that_the_standard_library_finds_names_the_plugins_line(install: Install) -> None:
    """A class without frozen=True is refused within dataclasses; its own line is what has to be mended."""
    message, path = error_of(install, "@dataclass()\nclass Thawed(benchkit.Detector):\n    pass")
    assert f"({path}:{line_of(path, '@dataclass()')})" in message


def test_an_entry_point_that_is_no_module_says_how_to_write_one(install: Install) -> None:
    """A hyphen, as in the distribution's name, instead of an underscore."""
    install("bad-ad", "bad", "", target="bad-ad")
    (problem,) = load_registry(rules=["no:benchkit"]).problems
    assert "'bad-ad', which is no module: write it as in an import, with underscores" in str(problem)


def test_a_message_of_megabytes_is_shortened(install: Install) -> None:
    """A paragraph stays one."""
    message, _ = error_of(install, "raise ValueError('x' * 1_000_000)")
    assert len(message) < 3000
