"""How long to train, counted in images seen: comparable between a small data set and a large one."""

from __future__ import annotations

from dataclasses import dataclass

from benchkit.errors import UsageError


@dataclass(frozen=True)
class Budget:
    """So many epochs, but at least and at most so many images seen.

    The lower bound lets a network converge on a small data set, the upper one keeps a large data set affordable.

    Attributes:
        epochs: passes over the training images. 0: none at all, whatever the bounds; the network stays as it was built,
            which shows what training is worth.
        min_images: lower bound of images seen, counted with repetition, 0 or more.
        max_images: upper bound of images seen; None: no bound. It wins over ``min_images``.

    Raises:
        UsageError: a number is out of its range.
    """

    epochs: int
    min_images: int = 0
    max_images: int | None = None

    def __post_init__(self) -> None:
        if self.epochs < 0 or self.min_images < 0 or (self.max_images is not None and self.max_images < 1):
            raise UsageError(
                f"training budget: got epochs={self.epochs}, min_images={self.min_images}, "
                f"max_images={self.max_images}; expected epochs >= 0, min_images >= 0 and max_images >= 1 or None. "
                "Correct the detector's or view's settings."
            )

    def images(self, n: int, *, batch_size: int = 1) -> int:
        """Return how many images are to be seen when ``n`` are there to train on.

        Args:
            n: images to train on, at least 1.
            batch_size: images a step. Where fewer are there, the lower bound stands for as many steps as of full
                batches: two images are not looked at twenty thousand times.
        """
        if not self.epochs:
            return 0
        least = self.min_images * min(n, batch_size) // batch_size
        wanted = max(self.epochs * n, least)
        return wanted if self.max_images is None else min(wanted, self.max_images)
