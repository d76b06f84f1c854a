"""``timings.jsonl``: the single times of each fit group's batches, for comparing speeds. One line a group."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import msgspec

from benchkit.errors import StoreError
from benchkit.measure.sweep import SizeTiming
from benchkit.results.cell import SCHEMA_VERSION
from benchkit.results.encoding import encode
from benchkit.results.naming import TIMINGS_FILE
from benchkit.results.record import check_schema, parse_json


@dataclass(frozen=True, kw_only=True)
class TimingRecord:
    """What one timed fit group leaves behind.

    Attributes:
        schema: version of this record.
        dataset: name of the data set.
        detector: name of the detector's row.
        settings: hash of the detector's settings.
        seed: of the fit.
        anomalies: names of the anomalies whose cells share the timing.
        device: what it ran on, such as ``cpu``.
        device_name: the processor's or the accelerator's own name.
        threads: threads that torch used for CPU work.
        batch_size: images a timed batch.
        lane: ``exclusive``, or ``shared`` when something else of the run computed on that machine meanwhile.
        seconds: of each timed batch, in order of time; of more than 1,000 an even choice; greater than 0.
        reference_at: indices into ``seconds``, ascending: before these the reference was timed.
        reference_seconds: what the reference of ``benchkit.measure.reference`` took there; as many; greater than 0.
        beside: name of the pair where this was timed in turns with another run, else empty.
        turn_seconds: the median time of a batch in each turn; the other run's have the same places; greater than 0.
        product_flop_per_second: the machine's ceiling of float32 matrix products, as measured by the process that
            timed this group; greater than 0; None where it could not be, and before schema 4.
        copy_bytes_per_second: its ceiling of copying, read and written; likewise.
        window_seconds: how long it all took, warm-up included; greater than 0; None before schema 4.
        sweep: the other sizes of batches that were timed, ascending by what was asked for; none before schema 4.
    """

    schema: int = SCHEMA_VERSION
    dataset: str
    detector: str
    settings: str
    seed: int
    anomalies: tuple[str, ...]
    device: str
    device_name: str
    threads: int
    batch_size: int
    lane: str
    seconds: tuple[float, ...]
    reference_at: tuple[int, ...] = ()
    reference_seconds: tuple[float, ...] = ()
    beside: str = ""
    turn_seconds: tuple[float, ...] = ()
    product_flop_per_second: float | None = None
    copy_bytes_per_second: float | None = None
    window_seconds: float | None = None
    sweep: tuple[SizeTiming, ...] = ()


_decode = msgspec.json.Decoder(TimingRecord).decode
_NAMES = tuple(field.name for field in fields(TimingRecord))


def encode_timing(record: TimingRecord) -> bytes:
    """Return the record as one line with its line break.

    Raises:
        StoreError: a number is not finite.
    """
    values = {name: getattr(record, name) for name in _NAMES} | {"sweep": [asdict(each) for each in record.sweep]}
    return encode(values, what=f"timing of {record.detector}, seed {record.seed}") + b"\n"


def read_timings(folder: Path) -> tuple[TimingRecord, ...]:
    """Return the timings of a run, in the order in which they were stored; of an anomaly timed again, the last counts.

    A last line without its line break was torn by a run that was killed, and is left out.

    Args:
        folder: the run's folder. Runs before schema 3, and runs in which nothing was timed, have no such file.

    Raises:
        StoreError: the file is damaged, or was written by an older or a newer benchkit; names the line.
    """
    path = Path(folder) / TIMINGS_FILE
    try:
        content = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise StoreError(f"{path}: could not be read: {error.strerror or error}. Give a run that can be.") from error
    lines = content.split(b"\n")[:-1]
    return _last_of_each([_record(line, where=f"{path}, line {number}") for number, line in enumerate(lines, start=1)])


def _record(line: bytes, *, where: str) -> TimingRecord:
    check_schema(parse_json(line, where=where), where=where)
    try:
        record = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _damaged(where, str(error)) from error
    if not _is_sound(record):
        raise _damaged(where, "times or rates that are not greater than 0, or references at no place among them")
    return record


def _is_sound(record: TimingRecord) -> bool:
    times = (*record.seconds, *record.reference_seconds, *record.turn_seconds, *_numbers_of(record))
    places = record.reference_at
    ascending = all(first < second for first, second in itertools.pairwise(places))
    within = not places or (places[0] >= 0 and places[-1] < len(record.seconds))
    finite = all(0.0 < value < math.inf for value in times) and _has_both_ceilings_or_none(record)
    finite = finite and all(0.0 <= each.noise < math.inf for each in record.sweep)
    return bool(record.seconds) and finite and ascending and within and len(places) == len(record.reference_seconds)


def _has_both_ceilings_or_none(record: TimingRecord) -> bool:
    return (record.product_flop_per_second is None) == (record.copy_bytes_per_second is None)


def _numbers_of(record: TimingRecord) -> Iterator[float]:
    """Yield what else has to be greater than 0 and finite."""
    optional = (record.window_seconds, record.product_flop_per_second, record.copy_bytes_per_second)
    yield from (value for value in optional if value is not None)
    for each in record.sweep:
        yield from (each.asked, each.batch_size, each.repeats, each.images_per_second)
        yield from (each.latency_p50_ms, each.latency_p95_ms, each.latency_p99_ms)


def _damaged(where: str, got: str) -> StoreError:
    return StoreError(
        f"{where}: got {got}; expected the timing of a fit group. The line was edited or damaged: restore the file "
        "from a copy, or run again."
    )


def _last_of_each(records: Sequence[TimingRecord]) -> tuple[TimingRecord, ...]:
    taken: set[tuple[str, str, str, int, str]] = set()
    kept: list[TimingRecord] = []
    for record in reversed(records):
        place = (record.dataset, record.detector, record.settings, record.seed)
        own = tuple(name for name in record.anomalies if (*place, name) not in taken)
        taken.update((*place, name) for name in own)
        if own:
            kept.append(replace(record, anomalies=own))
    return tuple(reversed(kept))
