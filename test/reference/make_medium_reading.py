"""Fits the linear reading by which the describer without a language model tells media apart (docs/decisions/0049).

    node --import tsx scripts/look-at-media.ts PICTURES > looks.jsonl
    python make_medium_reading.py looks.jsonl ../../src/caption/palette/medium-reading.json

A multinomial logistic regression with a ridge penalty, in the space of the first principal directions; rare kinds weigh more,
by the root of how rare they are. A line of looks may have a `weight` of its own. Needed: numpy, scipy.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

DIRECTIONS = 80
PENALTY = 50.0


def numbers(line: dict, measures: list[str]) -> list[float]:
    return line["look"] + [max(0.0, line["measures"][name]) ** 0.5 for name in measures]


def fit(values: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights [values + 1, kinds], the last row without penalty."""
    rows = np.c_[values, np.ones(len(values))]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = flat.reshape(rows.shape[1], wanted.shape[1])
        scores = rows @ matrix
        powers = np.exp(scores - scores.max(1, keepdims=True))
        shares = powers / powers.sum(1, keepdims=True)
        held = matrix.copy()
        held[-1] = 0
        value = -(weights * np.log((shares * wanted).sum(1) + 1e-12)).sum() + 0.5 * PENALTY * (held**2).sum()
        return value, (rows.T @ (weights[:, None] * (shares - wanted)) + PENALTY * held).ravel()

    start = np.zeros(rows.shape[1] * wanted.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60})
    return found.x.reshape(rows.shape[1], wanted.shape[1])


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    lines = [json.loads(line) for line in source.read_text().splitlines()]
    measures = sorted(lines[0]["measures"])
    kinds = sorted({line["kind"] for line in lines})
    values = np.array([numbers(line, measures) for line in lines])
    wanted = np.array([[line["kind"] == kind for kind in kinds] for line in lines], float)
    count = Counter(line["kind"] for line in lines)
    weights = np.array([(len(lines) / count[line["kind"]]) ** 0.5 * line.get("weight", 1) for line in lines])

    centre, spread = values.mean(0), values.std(0) + 1e-6
    standard = (values - centre) / spread
    directions = np.linalg.svd(standard, full_matrices=False)[2][:DIRECTIONS]
    fitted = fit(standard @ directions.T, wanted, weights / weights.mean())
    full = directions.T @ fitted[:-1]
    short = lambda row: [float(f"{value:.4g}") for value in row]
    reading = {
        "measures": measures,
        "centre": short(centre),
        "spread": short(spread),
        "weights": [[round(1000 * value) for value in row] for row in full.T],
        "bias": short(fitted[-1]),
    }
    target.write_text(json.dumps(reading, separators=(",", ":")))
    print(f"{len(lines)} pictures of {len(kinds)} kinds: {dict(count)}")


main()
