"""The modules of PyOD from which nothing is offered, and why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LABELS = "learns from labelled anomalies, and a detector here gets normal inputs only"
_SERIES = "takes time series"
_GRAPHS = "takes graphs"
_NONE = "holds no detector, but what others need"

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "_pyg_utils": _NONE,
        "_ts_utils": _NONE,
        "alad": "still ranks far-off images below normal ones after 200 epochs: a mean AUROC of 0.18 in the check of "
        "far-off inputs",
        "audio_ae": "takes sound",
        "base": _NONE,
        "base_dl": _NONE,
        "combination": _NONE,
        "devnet": _LABELS,
        "embedding": "takes texts or images, and an encoder that has to be downloaded",
        "feature_bagging": "needs the package combo",
        "gaal_base": _NONE,
        "hdbscan": "ranks far-off images below normal ones in the check of far-off inputs, at the latent",
        "loci": "looks at the inputs of a batch alone, in a time that grows with their number cubed: to score one "
        "input by itself takes a tenth of a second beside thirty normal ones, and a third beside sixty",
        "mad": "takes one feature",
        "pyg_anomalous": _GRAPHS,
        "pyg_anomalydae": _GRAPHS,
        "pyg_cola": _GRAPHS,
        "pyg_conad": _GRAPHS,
        "pyg_dominant": _GRAPHS,
        "pyg_guide": _GRAPHS,
        "pyg_radar": _GRAPHS,
        "pyg_scan": _GRAPHS,
        "qmcd": "guesses from the skewness of its scores which end is the odd one, and guesses wrong in the check of "
        "far-off inputs, at the latent",
        "rgraph": "puts inputs beside the normal ones and fits a sparse regression of each on all others: to score one "
        "input by itself takes a third of a second beside fifty normal ones",
        "rod": "looks at each three features, 80 million of 784 pixels, and measures a batch by its own median: "
        "to score one input by itself takes a twentieth of a second for ten features",
        "sklearn_base": _NONE,
        "suod": "needs the package suod, and is there to spread other detectors over processors",
        "thresholds": f"{_NONE}; here a run sets the threshold",
        "ts_anomaly_transformer": _SERIES,
        "ts_kshape": _SERIES,
        "ts_lstm": _SERIES,
        "ts_matrix_profile": _SERIES,
        "ts_od": _SERIES,
        "ts_sand": _SERIES,
        "ts_spectral_residual": _SERIES,
        "xgbod": f"{_LABELS}; and needs the package xgboost",
    }
)
"""From the name of a module of ``pyod.models`` to the reason; seconds are those of one processor core."""
