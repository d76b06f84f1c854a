"""Other libraries' autoencoders, made alike; each is imported when it is first used, with torch's number of threads."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def has(*modules: str) -> bool:
    """Return whether these can be imported; nothing is."""
    return all(importlib.util.find_spec(module) for module in modules)


@contextlib.contextmanager
def own_warnings() -> Iterator[None]:
    """Let a library warn of what it does itself: the benchmarks make every other warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@cache
def keras() -> Any:
    """Import Keras on TensorFlow, silent, on as many threads as torch has."""
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with own_warnings():
        import tensorflow

        threads = torch.get_num_threads()
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
        import keras as found
    return found


def keras_model(detector: Any, features: int) -> Any:
    """Return the built-in autoencoder's layers, activations, loss, optimiser and learning rate, compiled."""
    found = keras()
    names = [detector.activation] * len(detector.hidden) + [detector.output]
    layers = [
        found.layers.Dense(units, activation=name)
        for units, name in zip((*detector.hidden, features), names, strict=True)
    ]
    model = found.Sequential([found.layers.Input((features,)), *layers])
    model.compile(optimizer=found.optimizers.Adam(detector.learning_rate), loss="mse")
    return model


def keras_fit(detector: Any, vectors: Vectors) -> None:
    """Build a model and train it: what one cell of a notebook does."""
    with own_warnings():
        keras().backend.clear_session()
        keras_refit(keras_model(detector, vectors.shape[1]), detector, vectors)


def keras_refit(model: Any, detector: Any, vectors: Vectors) -> None:
    """Go on training a model that was traced before."""
    with own_warnings():
        model.fit(vectors, vectors, epochs=detector.epochs, batch_size=detector.batch_size, verbose=0)


def keras_score(model: Any, vectors: Vectors, batch_size: int | None) -> Vectors:
    """Return each vector's mean squared error; None: the batch size that ``predict`` takes by itself."""
    with own_warnings():
        rebuilt = model.predict(vectors, batch_size=batch_size, verbose=0)
    found: Vectors = np.square(rebuilt - vectors).mean(1)
    return found


def pyod_fitter(detector: Any, device: torch.device, *, preprocessing: bool) -> Callable[[Vectors], Any]:
    """Return what builds PyOD's AutoEncoder and fits it, which ends with the scores of the training vectors."""
    with own_warnings():
        from pyod.models.auto_encoder import AutoEncoder

    layers = detector.hidden[: len(detector.hidden) // 2 + 1]  # PyOD mirrors them
    settings: dict[str, Any] = {
        "hidden_neuron_list": list(layers),
        "hidden_activation_name": detector.activation,
        "batch_norm": False,
        "dropout_rate": 0.0,
        "optimizer_params": {"weight_decay": 0.0},
        "epoch_num": detector.epochs,
        "batch_size": detector.batch_size,
        "lr": detector.learning_rate,
        "device": device,
        "preprocessing": preprocessing,
        "verbose": 0,
    }

    def fit(vectors: Vectors) -> Any:
        with own_warnings():
            return AutoEncoder(**settings).fit(vectors)

    return fit


def pyod_score(fitted: Any, vectors: Vectors) -> Any:
    """Return what a fitted one says of vectors."""
    with own_warnings():
        return fitted.decision_function(vectors)
