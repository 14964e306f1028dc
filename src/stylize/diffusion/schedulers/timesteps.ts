/** Which timesteps of training a run visits (Lin et al. 2023, table 2), to the number as diffusers has them. */
import type { TimestepSpacing } from "./scheduler-config.ts";

export interface Grid {
  readonly trainTimesteps: number;
  readonly steps: number;
  readonly spacing: TimestepSpacing;
  readonly stepsOffset: number;
  /** Multistep solvers leave out the lowest point of one more step: their last step goes to no noise at all. */
  readonly withoutLowest: boolean;
  /** `linspace` keeps its fractions (Euler). */
  readonly fractional: boolean;
}

/** Falling timesteps from pure noise to the lowest level. */
export function timestepGrid(grid: Grid): number[] {
  const { trainTimesteps, steps } = grid;
  if (grid.spacing === "trailing") {
    // The increment of numpy.arange, which takes it from the second value.
    const delta = trainTimesteps - trainTimesteps / steps - trainTimesteps;
    const count = Math.ceil(trainTimesteps / (trainTimesteps / steps));
    return Array.from({ length: count }, (_, i) => roundHalfEven(trainTimesteps + i * delta) - 1);
  }
  const points = steps + (grid.withoutLowest ? 1 : 0);
  const rising =
    grid.spacing === "leading"
      ? leading(trainTimesteps, points, grid.stepsOffset)
      : linspace(trainTimesteps, points).map(grid.fractional ? Math.fround : roundHalfEven);
  return rising.toReversed().slice(0, steps);
}

function leading(trainTimesteps: number, points: number, offset: number): number[] {
  const stride = Math.floor(trainTimesteps / points);
  return Array.from({ length: points }, (_, i) => Math.min(i * stride + offset, trainTimesteps - 1));
}

function linspace(trainTimesteps: number, points: number): number[] {
  const last = trainTimesteps - 1;
  // numpy multiplies the increment, and puts the last point where it belongs.
  const delta = last / (points - 1 || 1);
  return Array.from({ length: points }, (_, i) => (i > 0 && i === points - 1 ? last : i * delta));
}

/** Rounds halves to the even neighbour, as numpy does. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * The part of a grid that a strength leaves to run, as in diffusers' image-to-image: its last
 * int(steps * strength) points, and at least one.
 */
export function startIndex(steps: number, strength: number, points: number): number {
  const kept = Math.max(1, Math.min(Math.trunc(steps * strength), steps));
  return Math.min(Math.max(steps - kept, 0), points - 1);
}
