from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from benchkit import Detector, Scorer, source_of
from benchkit.training import Budget, batched, build, dense, infer, train_many
from torch import Tensor, nn
from torch.nn.functional import mse_loss


@dataclass(frozen=True)
class Denoiser(Detector):
    """A network learns to take noise off normal inputs; the score is what it changes.

    After Vincent et al. 2008, "Extracting and Composing Robust Features with Denoising
    Autoencoders".

    Attributes:
        units: of the hidden layer.
        noise: standard deviation of the noise, in units of the inputs.
        epochs: passes over the normal inputs.
        least: inputs seen in training at least.
    """

    units: int = 32
    noise: float = 0.2
    epochs: int = 10
    least: int = 20_000

    def fit(self, normal: Tensor, *, seed: int) -> Scorer:
        return self.fit_many([normal], seeds=[seed])[0]

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[Scorer]:
        clean = [normal.flatten(1) for normal in normals]
        noisy = [self._noisy(rows, seed) for rows, seed in zip(clean, seeds, strict=True)]
        widths = (clean[0].shape[1], self.units, clean[0].shape[1])
        make = partial(dense, widths, ("relu", "linear"))
        networks = [build(make, seed=seed, device=clean[0].device) for seed in seeds]
        budget = Budget(self.epochs, self.least)
        train_many(
            networks,
            mse_loss,
            noisy,
            targets=clean,
            batch_size=50,
            images=[budget.images(len(rows), batch_size=50) for rows in clean],
            seeds=seeds,
        )
        return [partial(batched, partial(_change, network)) for network in networks]

    def _noisy(self, rows: Tensor, seed: int) -> Tensor:
        noise = torch.randn(rows.shape, generator=source_of(self.name, seed))
        return rows + self.noise * noise.to(rows.device)


def _change(network: nn.Module, inputs: Tensor) -> Tensor:
    rows = inputs.flatten(1)
    return (infer(network, rows) - rows).square().mean(dim=1)
