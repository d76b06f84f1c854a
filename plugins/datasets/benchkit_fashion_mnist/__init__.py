"""The data set ``fashion-mnist`` and the anomalies ``fashion``: Zalando's images of clothes, 28×28, 0 = background.

Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
algorithms", arXiv:1708.07747 (2017). Licence of the data: MIT. The files are not part of this package:
``benchkit data fetch fashion-mnist`` brings them.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchkit import AnomalyGenerator, Dataset, hookimpl
from benchkit_fashion_mnist.anomalies import FashionAnomalies
from benchkit_fashion_mnist.dataset import FashionMnist

__all__ = ["FashionAnomalies", "FashionMnist"]


@hookimpl
def benchkit_datasets() -> Sequence[Dataset]:
    """Offer Fashion-MNIST."""
    return (FashionMnist(),)


@hookimpl
def benchkit_anomaly_generators() -> Sequence[AnomalyGenerator]:
    """Offer its test images as anomalies."""
    return (FashionAnomalies(),)
