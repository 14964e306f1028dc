"""The noise of src/stylize/noise.ts again, from its sources: Philox4x32-10 and the inverse normal distribution (AS 241)."""

from statistics import NormalDist

import numpy as np

MASK = 0xFFFFFFFF
INVERSE = NormalDist().inv_cdf


def philox(counter: tuple[int, int, int, int], key: int) -> tuple[int, int, int, int]:
    c0, c1, c2, c3 = counter
    k0, k1 = key & MASK, 0
    for _ in range(10):
        one, other = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (other >> 32) ^ c1 ^ k0, other & MASK, (one >> 32) ^ c3 ^ k1, one & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def normal(high: int, low: int) -> float:
    value = INVERSE(((high & 0x7FFFFFFF) * 2**21 + (low >> 11) + 0.5) * 2**-53)
    return -value if high >> 31 else value


def gaussian(seed: int, length: int, stream: int) -> np.ndarray:
    values = []
    for i in range(0, length, 2):
        words = philox((i >> 1, 0, stream, 0), seed)
        values += [normal(*words[:2]), normal(*words[2:])]
    return np.array(values[:length], dtype=np.float32)


def uniform(seed: int, length: int, stream: int) -> np.ndarray:
    words = [word for i in range((length + 3) // 4) for word in philox((i, 0, stream, 1), seed)]
    return np.array(words[:length]) / 2**32
