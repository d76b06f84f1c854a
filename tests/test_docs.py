"""Every code block of the documents is executed, in the order of the document, in an empty folder.

What happens to a block is said by its language and by an HTML comment on the line before it:

- ``<!-- file: NAME -->``: the block is written to that file;
- ``console`` and ``bash``: each line is a command (in ``console`` those behind ``$ ``, the rest is output);
- ``python``: a script;
- ``<!-- run by .ci/run -->``: every line stands in ``.ci/run``, which executes it.

Any other block is an error: nothing in the documents goes unchecked.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Those whose commands take minutes are run by `make faults`.
DOCUMENTS = (
    "CONTRIBUTING.md",
    "docs/performance.md",
    "docs/boards.md",
    *(
        pytest.param(name, marks=pytest.mark.faults)
        for name in (
            "README.md",
            "plugins/README.md",
            "plugins/advanced.md",
            "docs/detectors.md",
            "benchmarks/README.md",
            "docs/ci.md",
            "docs/pictures.md",
            "docs/report.md",
            "docs/scale.md",
            "docs/score.md",
            "docs/reproductions.md",
            "docs/statistics.md",
        )
    ),
)

FENCE = re.compile(r"^(?P<fence>```+)(?P<language>\w*)[^\n]*\n(?P<code>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!-- (?P<text>[^>]*?) -->\n\Z")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it begins, its language, the comment before it, and its lines."""

    where: str
    language: str
    comment: str
    code: str


def blocks(document: str, where: str) -> Iterator[Block]:
    """Yield the fenced blocks of a document; a fence that is indented or of another kind is an error."""
    matches = list(FENCE.finditer(document))
    fences = re.findall(r"^\s*(?:```|~~~)", document, re.MULTILINE)
    assert len(fences) == 2 * len(matches), f"{where}: a fence that does not begin its line with three backticks"
    for match in matches:
        comment = COMMENT.search(document[: match.start()])
        line = document.count("\n", 0, match.start()) + 1
        yield Block(f"{where}:{line}", match["language"], comment["text"] if comment else "", match["code"])


def commands(block: Block) -> list[str]:
    """Return the commands of a block, continued lines joined."""
    lines = block.code.replace("\\\n", " ").splitlines()
    if block.language == "console":
        return [line[2:] for line in lines if line.startswith("$ ")]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a reader with an empty home: the commands on PATH, no data, no network.

    What a document installs with pip goes to a folder of its own instead of the environment of the tests.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHKIT_", "PYTEST"))}
    settings = {
        "BENCHKIT_OFFLINE": "1",
        "HOME": str(folder / "home"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_DEPS": "1",
        "PIP_TARGET": str(folder / "site"),
        "PYTHONPATH": str(folder / "site"),
        "XDG_CACHE_HOME": str(folder / "home"),
    }
    if importlib.util.find_spec("hatchling"):  # else pip brings the build backend from the package index
        settings["PIP_NO_BUILD_ISOLATION"] = "0"  # pip reads it as the value of build isolation
    return kept | settings


def execute(arguments: list[str], block: Block, folder: Path) -> str:
    """Run one command to its end and return what it printed; a status other than 0 fails the test."""
    result = subprocess.run(arguments, cwd=folder / "work", env=environment(folder), capture_output=True, text=True)
    output = result.stdout + result.stderr
    if result.returncode != 0:
        pytest.fail(f"{block.where}: {arguments[-1]!r} ended with {result.returncode}:\n{output}", pytrace=False)
    return output


def check(block: Block, folder: Path) -> None:
    """Do with one block what its language and its comment say."""
    if block.comment == "run by .ci/run":
        script = [line.strip() for line in (ROOT / ".ci" / "run").read_text().splitlines()]
        missing = [command for command in commands(block) if command.strip() not in script]
        assert not missing, f"{block.where}: not in .ci/run: {missing}"
    elif block.comment.startswith("file: "):
        path = folder / "work" / block.comment.removeprefix("file: ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.code, encoding="utf-8")
    elif block.language in {"console", "bash"}:
        assert commands(block), f"{block.where}: a block of commands without a command"
        for command in commands(block):
            execute(["bash", "-c", command], block, folder)
    elif block.language == "python":
        execute([sys.executable, "-c", block.code], block, folder)
    else:
        pytest.fail(f"{block.where}: a block that nothing checks ({block.language or 'no language'})", pytrace=False)


def check_all(document: str, where: str, folder: Path) -> None:
    """Check the blocks of a document in their order."""
    for block in blocks(document, where):
        check(block, folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an empty home and an empty working folder."""
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(900)  # of a machine that does other work meanwhile
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_code_block_of_a_document_works(document: str, folder: Path) -> None:
    """A reader who does what the document says, in its order, meets no error."""
    check_all((ROOT / document).read_text(encoding="utf-8"), document, folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```console\n$ exit 3\n```\n", r"doc:1: 'exit 3' ended with 3"),
        ("\n```bash\ntrue\nfalse\n```\n", r"doc:2: 'false' ended with 1"),
        ("```python\nraise SystemExit(4)\n```\n", "ended with 4"),
        ("```text\nhello\n```\n", r"a block that nothing checks \(text\)"),
        ("```\nhello\n```\n", r"a block that nothing checks \(no language\)"),
        ("<!-- run by .ci/run -->\n```bash\nmake tea\n```\n", r"not in \.ci/run: \['make tea'\]"),
        ("```console\nonly output\n```\n", "without a command"),
        ("- item\n  ```bash\n  true\n  ```\n", "a fence that does not begin its line"),
    ],
)
def test_a_block_that_does_not_work_is_found(text: str, said: str, folder: Path) -> None:
    """The checker itself fails where it should, and says where."""
    with pytest.raises((AssertionError, pytest.fail.Exception), match=said):
        check_all(text, "doc", folder)


def test_files_and_commands_of_a_document_share_a_folder(folder: Path) -> None:
    """A file from one block is there for the commands of the next; continued lines are one command."""
    text = (
        "<!-- file: sub/a.txt -->\n```text\nhello\n```\n\n```console\n$ grep -q \\\n    hello sub/a.txt\noutput\n```\n"
    )
    check_all(text, "doc", folder)
    assert (folder / "work" / "sub" / "a.txt").read_text() == "hello\n"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_inside_the_repository_leads_somewhere(document: str) -> None:
    """Relative links name files that are there."""
    path = ROOT / document
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
