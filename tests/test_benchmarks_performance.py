"""The performance page: every figure of the files stands there, and nothing that is not in them."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import performance
import pytest
from performance_helpers import MACHINE, document, entry
from published import page, read, together
from published.numbers import digits, percent, rate, seconds

ROOT = Path(__file__).parents[1]

GPU = {**MACHINE, "device": "cuda:0", "device_name": "Big GPU", "device_memory_mb": 2.0**17, "cuda": "13.0"}

FIT = (
    entry("test_peers", "fit it", "benchkit", 1.0, 1.05, 1.1, share=0.4321, share_of="products",
          aim={"of": "share", "at": ">=", "value": 0.4}),
    entry("test_peers", "fit it", "Keras", 4.0, 4.2, 4.4, against="benchkit", ratio=3.987, ratio_low=3.6,
          ratio_high=4.4, aim={"of": "ratio", "at": ">=", "value": 4}),
    entry("test_peers", "fit it", "products", 0.4, 0.45, 0.5, work=9e10, unit="FLOP/s"),
)  # fmt: skip
REST = (
    entry("test_together", "train it", "10 seeds, together", 0.031, 0.033, 0.04, against="1 seed", ratio=6.54,
          ratio_low=6.1, ratio_high=6.99, times_faster=1.53, difference=3.4e-6,
          aim={"of": "ratio", "at": "<=", "value": 7}),
    entry("test_sweep", "the default run", "benchkit", 512.3, aim={"of": "seconds", "at": "<=", "value": 480}),
    entry("test_growth", "by images", "20,000 images", 3.3,
          growth={"of": "images", "slope": 0.967, "r2": 0.9912, "fixed": 0.21, "each": 1.5e-4}),
    entry("test_ceilings", "every detector", "benchkit", 60.0, detectors=[
        {"detector": "fast|one", "images_per_second": 123456.0, "latency_p50_ms": 8.29, "latency_p99_ms": 9.99,
         "limit_share": 0.617, "flop_per_image": 330_000.0, "host_images_per_second": None},
        {"detector": "slow", "images_per_second": 321.0, "latency_p50_ms": 3190.0, "latency_p99_ms": None,
         "limit_share": 0.0123, "flop_per_image": None, "host_images_per_second": None},
    ], sizes=[
        {"detector": "slow", "asked": 1, "images_per_second": 43.21, "latency_p50_ms": 23.1, "latency_p95_ms": 24.2,
         "latency_p99_ms": 25.3, "flags": "busy"},
        {"detector": "slow", "asked": 1024, "images_per_second": 321.0, "latency_p50_ms": 3190.0,
         "latency_p95_ms": 3195.0, "latency_p99_ms": 3199.0, "flags": ""},
        {"detector": "fast|one", "asked": 1024, "images_per_second": 120000.0, "latency_p50_ms": 8.53,
         "latency_p95_ms": 8.6, "latency_p99_ms": 8.7, "flags": ""},
    ]),
)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder with what was measured on a processor."""
    (tmp_path / "cpu.json").write_text(json.dumps(together([document(MACHINE, *FIT), document(MACHINE, *REST)])))
    return tmp_path


@pytest.fixture
def written(files: Path) -> str:
    """Return the page of it."""
    return page([read(files / "cpu.json")])


def test_every_figure_stands_in_the_page(written: str) -> None:
    """Medians, fastest rounds, ratios with their ends, shares, rates, differences, slopes, throughput and latency."""
    figures = (
        "1.05 s", "1.00 s", "4.20 s", "4.00 s", "450 ms", "400 ms", "3.99 × benchkit (3.60 to 4.40)",
        "reaches 43 % of the bound, *products*", "200 GFLOP/s", "33.0 ms", "31.0 ms", "6.54 × 1 seed (6.10 to 6.99)",
        "1.53 times as fast", "differ by 3.4e-06", "512 s", "3.30 s", "Slope 0.97", "R² = 0.9912", "0.210 s fixed",
        "0.000150 s for each of the images", "123,456", "8.29", "9.99", "62 %", "330 kFLOP", "321", "3,190", "1.23 %",
    )  # fmt: skip
    assert [figure for figure in figures if figure not in written] == []


def test_every_row_says_what_it_is(written: str) -> None:
    """Each benchmark of the file is one line of a table, with its rounds and its own words."""
    for one in (*FIT, *REST):
        row = one["extra_info"]["row"]
        line = rf"^\| {re.escape(row)} \|.*\| {one['stats']['rounds']} \|.*\| what {re.escape(row)} is \|$"
        assert re.search(line, written, re.MULTILINE), row


def test_the_machine_the_versions_and_the_date_stand_there(written: str) -> None:
    """But no host and no folder of whoever measured."""
    for fact in ("Own Processor 9", "2 cores", "2 threads", "keras 3.15.1", "2026-11-26 22:30:00 UTC", "0123456789ab"):
        assert fact in written
    assert "secret" not in written


def test_aims_are_judged_by_what_was_measured(written: str) -> None:
    """A share, a ratio and a time, met or missed: nothing is hidden."""
    rows = [line.split(" | ")[-3:] for line in written.splitlines() if line.endswith((" met |", " missed |"))]
    assert rows == [
        ["≥ 40 %", "43 %", "met |"],
        ["≥ 4", "3.99", "missed |"],
        ["≤ 7", "6.54", "met |"],
        ["≤ 480 s", "512 s", "missed |"],
    ]


def test_a_column_that_nobody_filled_is_left_out(written: str) -> None:
    """And a bar in a name does not break the table."""
    assert "images/s from the host" not in written
    assert r"| fast\|one | 123,456 | 8.29 | 9.99 | 330 kFLOP | 62 % |" in written
    assert "| slow | 321 | 3,190 |  |  | 1.23 % |" in written


def test_every_size_of_batch_stands_in_its_column(written: str) -> None:
    """Images a second with three latencies and the flags; a size that was not timed is empty."""
    assert "| images/s (p50, p95, p99 in ms) in batches of | 1 | 1,024 |" in written
    assert "| slow | 43.2 (23.1, 24.2, 25.3) busy | 321 (3,190, 3,195, 3,199) |" in written
    assert r"| fast\|one |  | 120,000 (8.53, 8.60, 8.70) |" in written
    assert re.findall("^- `(.*)`: .+[.]$", written, re.MULTILINE) == ["busy"]


def test_without_a_gpu_the_page_says_so_and_how_to_measure_one(files: Path, written: str) -> None:
    """Nothing is estimated; with a file of a GPU the remark is gone and its own section is there, behind the CPU's."""
    command = "python benchmarks/performance.py --measure cuda --brief"
    assert "## On a GPU" in written
    assert command in written
    both = page([read_of(files, document(GPU, *REST)), read(files / "cpu.json")])
    assert "Not measured" not in both
    assert both.index("## On Own Processor 9 (cpu)") < both.index("## On Big GPU (cuda:0)")
    assert "Big GPU (`cuda:0`), 128 GiB, CUDA 13.0" in both


def read_of(folder: Path, given: dict[str, Any]) -> Any:
    """Return what is read of a file of pytest-benchmark as it is."""
    path = folder / "other.txt"
    path.write_text(json.dumps(given))
    return read(path)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ((1.0, 1.02, 1.04), "1.02 in the middle of the 1 rows of 3 rounds or more"),
        ((1.0, 1.02, 1.04), "the machine was quiet"),
        ((1.0, 1.5, 2.0), "the machine had other work"),
        ((1.0, 1.02, 9.0), "quiet but for single rounds"),
        ((1.0, 1.02, 9.0), "Slowest round by median: 8.82 at worst (*g: r*)"),
        ((1.0, 2.0), "how steady the machine was is not known"),
    ],
)
def test_a_busy_machine_is_seen(tmp_path: Path, times: tuple[float, ...], said: str) -> None:
    """From the spread between the fastest and the median round."""
    assert said in page([read_of(tmp_path, document(MACHINE, entry("test_peers", "g", "r", *times)))])


def test_a_trial_is_called_one_and_judged_by_nothing(tmp_path: Path) -> None:
    """Whoever shrinks the images gets no aim met."""
    found = page([read_of(tmp_path, document({**MACHINE, "scale": 0.02}, *FIT))])
    assert "**A trial on 0.02 of the images" in found
    assert not re.search(r"\| (met|missed) \|", found)


def test_what_is_committed_is_small_and_of_nobodys_host(files: Path) -> None:
    """No single rounds, no host, no long numbers; and what went wrong stays."""
    text = json.dumps(together([document(MACHINE, entry("m", "g", "r", 1 / 3))], ["test_peers.py ended with 1"]))
    assert "secret" not in text
    assert '"data"' not in text
    assert "0.333333," in text
    (files / "cpu.json").write_text(text)
    assert "**test_peers.py ended with 1**" in page([read(files / "cpu.json")])


@pytest.mark.parametrize(
    "broken",
    [
        "not json", "{}", "[]", '{"format": 99, "benchmarks": []}',
        json.dumps(document({}, {**entry("m", "g", "r", 1.0), "extra_info": {}})),
        json.dumps(document(MACHINE, entry("m", "g", "r", 0.0))),
        pytest.param("[" * 100_000, id="deep"),
        json.dumps(document({**MACHINE, "versions": None}, entry("m", "g", "r", 1.0))),
        json.dumps(document(MACHINE, entry("m", "g", "r", 1.0, against="q", ratio=2.0))),
        json.dumps(document(MACHINE, entry("m", "g", "r", 1.0, share="half", share_of="q"))),
        json.dumps(document(MACHINE, entry("m", "g", "r", 1.0, aim={"of": "luck", "at": ">=", "value": 1}))),
        json.dumps(document({**MACHINE, "scale": "all"}, entry("m", "g", "r", 1.0))),
    ],
)  # fmt: skip
def test_a_file_of_something_else_is_refused_by_name(
    tmp_path: Path, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, and status 2; the page stays as it was."""
    (tmp_path / "cpu.json").write_text(broken)
    assert performance.main(["--into", str(tmp_path), "--out", str(tmp_path / "page.md")]) == 2
    assert "cpu.json: not a file of the benchmarks" in capsys.readouterr().err
    assert not (tmp_path / "page.md").exists()


def test_without_a_file_there_is_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page of nothing would take the place of one with figures, and be called up to date."""
    out = tmp_path / "page.md"
    for folder in (tmp_path, tmp_path / "nowhere"):
        for more in ([], ["--check"]):
            assert performance.main(["--into", str(folder), "--out", str(out), *more]) == 2
            assert f"{folder}: got no file of the benchmarks" in capsys.readouterr().err
    assert not out.exists()


def test_a_page_that_cannot_be_written_is_named(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, and status 2."""
    assert performance.main(["--into", str(files), "--out", str(files / "cpu.json" / "page.md")]) == 2
    assert "page.md: cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../cpu", "/cpu", "", ".cpu", "a b", "cpu\n"])
def test_what_is_measured_stays_in_its_folder(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """NAME is the name of a file, not a path."""
    monkeypatch.setattr(performance, "measure", lambda *_, **__: pytest.fail("measured"))
    with pytest.raises(SystemExit, match="2"):
        performance.main(["--measure", name])
    assert "expected letters" in capsys.readouterr().err


def test_text_of_a_file_is_no_markup(tmp_path: Path) -> None:
    """Whatever stands in a file: no line of its own, no HTML, no link, no picture, no further column."""
    evil = "x | \\| <script>alert(1)</script> ![p](http://e/p.png) <!-- \n\n# Owned\n\x1b[2J\u2028- y"
    told = {"share": 0.5, "share_of": evil, "work": 1.0, "unit": evil, "what": evil, "against": evil, "ratio": 2.0,
            "ratio_low": 1.0, "ratio_high": 3.0, "detectors": [{"detector": evil, "timing_flags": evil}],
            "growth": {"of": evil, "slope": 1.0, "r2": 1.0, "fixed": 1.0, "each": 1.0},
            "aim": {"of": "share", "at": ">=", "value": 0.4}}  # fmt: skip
    machine = {**MACHINE, "device_name": evil, "cpu": evil, "versions": {evil: evil}, "images": evil, "platform": evil}
    made = together([document(machine, entry("test_peers", evil, evil, 1.0, **told))], [evil])
    (tmp_path / "cpu.json").write_text(json.dumps({**made, "commit": evil, "date": evil}))
    found = page([read(tmp_path / "cpu.json")])
    assert found.count("Owned") > 20
    assert not re.search(r"^(# Owned|- y)", found, re.MULTILINE)
    assert not re.search(r"(?<!\\)(\\\\)*(<script|</script|<!--|!\[p\])", found)
    assert "\x1b" not in found
    bars = [len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in found.splitlines() if line.startswith("| ")]
    assert set(bars) <= {3, 5, 7}


def test_the_command_writes_the_page_and_says_when_it_is_old(files: Path) -> None:
    """``--check`` ends with 1 where the files say something else than the page."""
    out = files / "docs" / "performance.md"
    arguments = ["--into", str(files), "--out", str(out)]
    assert performance.main([*arguments, "--check"]) == 1
    assert performance.main(arguments) == 0
    assert performance.main([*arguments, "--check"]) == 0
    changed = copy.deepcopy(document(MACHINE, *FIT))
    changed["benchmarks"][0]["stats"]["median"] = 1.07
    (files / "cpu.json").write_text(json.dumps(together([changed])))
    assert performance.main([*arguments, "--check"]) == 1


def test_measuring_keeps_what_is_done_and_says_what_failed(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of benchmarks that ends badly costs its own rows; the status says that something is missing."""
    done = {"together": (document(MACHINE, REST[0]), 0), "peers": (document(MACHINE, FIT[0]), 1), "sweep": (None, 3)}
    monkeypatch.setattr(performance, "_run", lambda module, brief: done[module])
    only = [option for module in done for option in ("--only", module)]
    out = files / "page.md"
    assert performance.main(["--measure", "cpu", *only, "--into", str(files), "--out", str(out)]) == 1
    text = out.read_text()
    assert "10 seeds, together" in text
    assert "| benchkit | 1.05 s |" in text
    for module, status in (("peers", 1), ("sweep", 3)):
        assert f"test_{module}.py ended with {status}: rows of it may be missing." in text
    assert "test_sweep.py ended with 3" in capsys.readouterr().err


def test_the_committed_page_is_what_the_command_writes_from_the_committed_files() -> None:
    """No figure is typed in, and none is out of date; without figures there is no page."""
    if list(performance.FILES.glob("*.json")):
        assert performance.main(["--check"]) == 0
    else:
        assert not performance.PAGE.exists()


def test_links_of_the_page_lead_somewhere_and_nothing_in_it_is_left_unchecked(written: str) -> None:
    """Seen from docs/; and no code block, which nobody would execute."""
    targets = re.findall(r"\]\(([^)#]+)\)", written)
    assert {"../benchmarks/README.md", "../results/performance"} <= set(targets)
    assert (performance.PAGE.parent / "../benchmarks/README.md").exists()
    assert "```" not in written


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (digits(1234.5), "1,234"), (digits(0.0), "0"), (digits(999.6), "1,000"), (digits(9.996), "10.00"),
        (digits(0.01234), "0.0123"), (digits(1.5e-5), "1.5e-05"), (digits(10.0), "10.0"),
        (seconds(0.0123), "12.3 ms"), (seconds(61.0), "61.0 s"), (seconds(4.2e-7), "420 ns"), (seconds(1.0), "1.00 s"),
        (rate(5e11, "FLOP/s"), "500 GFLOP/s"), (rate(12.0, "B/s"), "12.0 B/s"), (rate(2.2e12, "B/s"), "2.20 TB/s"),
        (percent(0.471), "47 %"), (percent(0.0321), "3.21 %"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits_and_a_unit(shown: str, text: str) -> None:
    """As a reader wants them."""
    assert shown == text
