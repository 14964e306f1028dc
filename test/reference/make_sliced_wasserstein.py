"""What the sliced Wasserstein distance of two pictures' colours is by POT, along the directions that the product draws.

Pictures are squares of two by two pixels of one colour, 200 of them, so that no choice of pixels or quantiles is left open.
Needs `pot`, `numpy` and `safetensors` alone.
"""

import argparse
from pathlib import Path

import numpy as np
import ot
from safetensors.numpy import save_file

PROJECTIONS = 24
WIDTH, HEIGHT = 40, 20


def split_mix(seed: int):
    """SplitMix32, as `src/random.ts` has it."""
    state = seed
    while True:
        state = (state + 0x9E3779B9) % 2**32
        mixed = ((state ^ (state >> 16)) * 0x21F0AAAD) % 2**32
        mixed = ((mixed ^ (mixed >> 15)) * 0x735A2D97) % 2**32
        yield (mixed ^ (mixed >> 15)) / 2**32


def directions() -> np.ndarray:
    """Columns of unit length, as `src/judge/measures/sliced-wasserstein.ts` draws them."""
    draws = split_mix(5)
    columns = []
    for _ in range(PROJECTIONS):
        vector = np.array([next(draws) + next(draws) + next(draws) - 1.5 for _ in range(3)], np.float32)
        columns.append((vector / np.linalg.norm(vector.astype(np.float64))).astype(np.float32))
    return np.stack(columns, axis=1).astype(np.float64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    generator = np.random.default_rng(11)
    blocks = (HEIGHT // 2, WIDTH // 2)
    own = generator.uniform(0, 1, (3, *blocks)).astype(np.float32)
    # Another shape of the distribution, and not only another place.
    other = (0.2 + 0.5 * generator.uniform(0, 1, (3, *blocks)) ** 2).astype(np.float32)
    samples = [colours.reshape(3, -1).T.astype(np.float64) for colours in (own, other)]
    value = ot.sliced_wasserstein_distance(*samples, projections=directions(), p=1)
    planes = {name: colours.repeat(2, axis=1).repeat(2, axis=2) for name, colours in (("own", own), ("other", other))}
    save_file(
        {**{name: np.ascontiguousarray(plane) for name, plane in planes.items()}, "distance": np.array([value], np.float64)},
        folder / "metrics" / "sliced-wasserstein.safetensors",
    )


if __name__ == "__main__":
    main()
