"""One cell: everything that is recorded of one (data set, detector, anomaly, seed)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

SCHEMA_VERSION = 4
"""Version of the cell and of ``run.json``; older ones stay readable, a reader refuses a newer one and says so."""

_BOUNDED = ("average_precision", "precision", "recall", "f1", "fpr95", "accuracy")

_SINCE_4 = (
    "latency_p95_ms", "timing_noise", "timing_repeats", "timing_flags", "host_images_per_second", "score_memory_mb",
    "flop_per_image", "bytes_per_image", "limit_images_per_second", "limit_share", "fit_together", "fit_inputs",
)  # fmt: skip

ADDED: dict[str, int] = {
    **dict.fromkeys(("view_settings", "timing_lane", "group_seconds"), 2),
    **dict.fromkeys((f"{metric}_{end}" for metric in _BOUNDED for end in ("low", "high")), 3),
    **dict.fromkeys(_SINCE_4, 4),
}
"""Fields that came with a later schema version than the first; a cell of an older one has their default."""

Status = Literal["ok", "skipped", "failed", "timeout", "crashed", "oom"]
STATUSES: tuple[str, ...] = get_args(Status)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One line of ``cells.jsonl``: flat, JSON types only; ``None`` where a value is undefined or was not reached.

    Attributes:
        schema: version of this record.
        dataset: name of the data set.
        detector: name of the detector's row.
        view: what the detector looks at.
        anomaly: name of the anomaly's column.
        anomaly_group: the group whose mean the column is counted in, or empty.
        seed: seed of detector, view and anomalies.
        status: how the cell ended.
        reason: why it is not ``ok``: one paragraph.
        auroc: area under the ROC curve, 0 to 1, higher is better.
        auroc_low: lower end of its 95 % interval (DeLong).
        auroc_high: upper end of it.
        average_precision: at ``prevalence``, 0 to 1, higher is better.
        average_precision_low: lower end of its 95 % interval (bootstrap); None where it is, and before schema 3.
        average_precision_high: upper end of it.
        precision: at the threshold and ``prevalence``; None when nothing was flagged.
        precision_low: lower end of its 95 % interval (bootstrap); None where it is, and before schema 3.
        precision_high: upper end of it.
        recall: share of anomalies flagged at the threshold.
        recall_low: lower end of its 95 % interval (bootstrap); None where it is, and before schema 3.
        recall_high: upper end of it.
        f1: harmonic mean of precision and recall; None when precision is.
        f1_low: lower end of its 95 % interval (bootstrap); None where it is, and before schema 3.
        f1_high: upper end of it.
        fpr95: share of normals flagged where 95 % of the anomalies are; lower is better.
        fpr95_low: lower end of its 95 % interval (bootstrap); None where it is, and before schema 3.
        fpr95_high: upper end of it.
        accuracy: share of right decisions at the threshold and ``prevalence``.
        accuracy_low: lower end of its 95 % interval (bootstrap); None where it is, and before schema 3.
        accuracy_high: upper end of it.
        threshold: scores above it are flagged.
        threshold_low: scores below it are flagged too (two-sided policies), or None.
        threshold_policy: the policy that set it from normal calibration scores, such as ``quantile:0.95``.
        prevalence: share of anomalies that the metrics are weighted to.
        n_train: normal training images.
        n_calibration: normal calibration images.
        n_normal: normal test images.
        n_anomaly: anomalous images.
        fit_seconds: wall time of ``fit``, the view's training not included.
        view_seconds: wall time of training the view, shared by every detector that looks there.
        images_per_second: images in, scores out, view included, device synchronised; higher is better.
        latency_p50_ms: median time of one batch.
        latency_p99_ms: 99th percentile of it.
        batch_size: images a timed batch.
        device: what it ran on, such as ``cpu`` or ``cuda``.
        device_name: the processor's or the accelerator's own name.
        threads: threads torch used for CPU work.
        peak_memory_mb: peak while fitting, with others where they were fitted together, and scoring: of the process
            (CPU) or the allocator (CUDA); MB of 2**20 bytes.
        protocol: ``base-anomaly``: hash of data, splits, policy and prevalence, and hash of the anomaly's settings.
        settings: hash of the detector's settings.
        plugin: entry point or file that the detector came from.
        distribution: distribution and version that it came in.
        view_settings: hash of the settings of the view's plugin object.
        timing_lane: ``exclusive`` when nothing else of the run computed on that machine while it was timed, ``shared``
            when something did, empty when it was not timed.
        group_seconds: wall time that the whole fit group took: view, fit, scores and timing, or until it was ended.
        latency_p95_ms: 95th percentile of the time of one batch.
        timing_noise: half width of the median batch time's 95 % interval, as a share of it; lower is better.
        timing_repeats: timed batches.
        timing_flags: what a reader has to know of the timing, words separated by blanks, such as ``budget`` (spent
            before the noise had converged); see ``benchkit.measure.flags``. Empty: nothing was wrong.
        host_images_per_second: as ``images_per_second``, the way of the images from host memory to the device
            included; None where the device is the host.
        score_memory_mb: peak of the device's allocator while one batch is scored, in a pass of its own; None on CPUs,
            whose allocator does not tell.
        flop_per_image: floating point operations of a score, view included; None where nobody knows.
        bytes_per_image: bytes that a score has to read and write at least, view included; None where nobody knows.
        limit_images_per_second: what the machine's own ceilings would allow for that work at the most.
        limit_share: ``images_per_second`` as a share of it.
        fit_together: models trained together in one call of ``fit_many``, among which ``fit_seconds`` is shared out
            evenly; 1 where it was trained alone.
        fit_inputs: ``resident`` where the training inputs lay on the device as a whole, ``streamed`` where they came
            in pieces, as ``--device-memory`` asked; empty before schema 4.
    """

    schema: int = SCHEMA_VERSION
    dataset: str
    detector: str
    view: str
    anomaly: str
    anomaly_group: str = ""
    seed: int
    status: Status
    reason: str = ""
    auroc: float | None = None
    auroc_low: float | None = None
    auroc_high: float | None = None
    average_precision: float | None = None
    average_precision_low: float | None = None
    average_precision_high: float | None = None
    precision: float | None = None
    precision_low: float | None = None
    precision_high: float | None = None
    recall: float | None = None
    recall_low: float | None = None
    recall_high: float | None = None
    f1: float | None = None
    f1_low: float | None = None
    f1_high: float | None = None
    fpr95: float | None = None
    fpr95_low: float | None = None
    fpr95_high: float | None = None
    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    threshold: float | None = None
    threshold_low: float | None = None
    threshold_policy: str = ""
    prevalence: float | None = None
    n_train: int = 0
    n_calibration: int = 0
    n_normal: int = 0
    n_anomaly: int = 0
    fit_seconds: float | None = None
    view_seconds: float | None = None
    images_per_second: float | None = None
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None
    batch_size: int | None = None
    device: str = ""
    device_name: str = ""
    threads: int | None = None
    peak_memory_mb: float | None = None
    protocol: str = ""
    settings: str = ""
    plugin: str = ""
    distribution: str = ""
    view_settings: str = ""
    timing_lane: str = ""
    group_seconds: float | None = None
    latency_p95_ms: float | None = None
    timing_noise: float | None = None
    timing_repeats: int | None = None
    timing_flags: str = ""
    host_images_per_second: float | None = None
    score_memory_mb: float | None = None
    flop_per_image: float | None = None
    bytes_per_image: float | None = None
    limit_images_per_second: float | None = None
    limit_share: float | None = None
    fit_together: int | None = None
    fit_inputs: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the record as a flat dictionary in the order of the fields."""
        return asdict(self)


CELL_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Cell))
