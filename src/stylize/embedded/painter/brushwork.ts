/** The media of single strokes: oil, pastel, pointillism. */
import type { Plane } from "../../../images/plane.ts";
import { BRISTLES, Canvas, type Brush } from "./canvas.ts";
import type { Easel } from "./easel.ts";
import { drawOutlines } from "./outlines.ts";
import { smoothNoise } from "./value-noise.ts";
import { canvasWeave, lit } from "./relief.ts";
import { paintLayer, type Layer, type StrokeRule } from "./strokes.ts";

type StrokeMedium = "oil" | "pastel" | "pointillism";

/** Paints layer on layer of strokes, then draws outlines where the description has them. */
export async function paintStrokes(easel: Easel, medium: StrokeMedium): Promise<void> {
  const { style, unit, width, height, random, show, breathe } = easel;
  const canvas = new Canvas(width, height);
  const grain = smoothNoise(easel, 0.8 * unit, random);
  fillGround(canvas, easel, medium);
  await breathe();
  const weave = canvasWeave(easel, unit, grain);
  for (let i = 0; i < weave.length; i++) canvas.height[i] = 0.5 * weave[i]!;
  const brush = brushOf(easel, medium, grain);
  await breathe();
  const layers = layersOf(easel, medium, brush);
  const rule = ruleOf(easel, medium);
  const depth = medium === "oil" ? 0.12 + 1.1 * style.impasto.value * (0.5 + style.texture.value) : 0.1;
  const picture = () => lit(canvas.image, canvas.height, depth, style.light.value, unit);
  for (const [k, layer] of layers.entries()) {
    const done = (part: number) => (0.92 * (k + part)) / layers.length;
    const look = async (part: number) => (easel.isWatched ? show(picture(), done(part)) : breathe());
    await paintLayer(easel, canvas, layer, rule, () => look(0.5));
    await look(1);
  }
  const painted = picture();
  await breathe();
  await show(drawOutlines(painted, easel), 1);
}

/** Oil is begun on a toned ground, pastel on tinted paper, dots on primed canvas. */
function fillGround(canvas: Canvas, { target, style }: Easel, medium: StrokeMedium): void {
  const [L, a, b] = target.planes.map((plane) => plane.reduce((sum, value) => sum + value, 0) / plane.length) as [
    number,
    number,
    number,
  ];
  const light = medium === "pointillism" ? 0.93 : medium === "pastel" ? 0.3 + 0.5 * style.key.value : L;
  const tint = medium === "oil" ? 1 : 0.6;
  canvas.image.planes[0].fill(light);
  canvas.image.planes[1].fill(tint * a + 0.004);
  canvas.image.planes[2].fill(tint * b + 0.014);
}

/** Bristles: noise drawn out along the stroke. */
function bristleNoise(random: Easel["random"]): Plane {
  const size = { width: BRISTLES, height: BRISTLES };
  const fine = smoothNoise(size, 0.8, random);
  const out = new Float32Array(fine.length);
  const reach = 22;
  for (let y = 0; y < BRISTLES; y++) {
    let sum = 0;
    const at = (x: number) => fine[y * BRISTLES + (x & (BRISTLES - 1))]!;
    for (let x = -reach; x <= reach; x++) sum += at(x);
    for (let x = 0; x < BRISTLES; x++) {
      out[y * BRISTLES + x] = sum;
      sum += at(x + reach + 1) - at(x - reach);
    }
  }
  const sorted = out.slice().sort();
  const low = sorted[Math.floor(0.03 * sorted.length)]!;
  const high = sorted[Math.floor(0.97 * sorted.length)]!;
  return out.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
}

function brushOf({ style, random }: Easel, medium: StrokeMedium, grain: Plane): Brush {
  const texture = style.texture.value;
  const tooth = medium === "pastel" ? paperTooth(grain) : null;
  return {
    bristles: bristleNoise(random),
    opacity: medium === "pastel" ? 0.8 : 0.45 + 0.55 * style.opacity.value,
    softness: (medium === "pointillism" ? 0.15 : 0.75) * (1 - style.edgeHardness.value) + 0.08,
    dryness: medium === "pointillism" ? 0 : 0.15 + 0.75 * texture,
    streaks: medium === "pointillism" ? 0.02 : 0.02 + 0.1 * texture,
    tooth,
  };
}

/** The grain of pastel paper, 0 to 1. */
const paperTooth = (grain: Plane): Plane => grain.map((value) => Math.min(1, Math.max(0, 0.66 + 0.2 * value)));

function ruleOf({ style }: Easel, medium: StrokeMedium): StrokeRule {
  const dots = medium === "pointillism";
  return {
    disorder: 1.1 * style.disorder.value,
    liveliness: (dots ? 0.12 : 0.07) + 0.1 * style.texture.value * (1 - style.flatness.value),
    purity: dots ? 0.75 : 0.5 * (1 - style.flatness.value),
  };
}

/** Radii from the described stroke down to what the content's detail needs. */
function layersOf({ style, unit, strength }: Easel, medium: StrokeMedium, brush: Brush): Layer[] {
  const wide = style.strokeWidth.value;
  const bold = 0.55 + 0.9 * strength;
  const length = style.strokeLength.value;
  const [coarse, fine, count] =
    medium === "pointillism"
      ? [4 + 6 * wide, 1.9 + 2 * wide, 4]
      : medium === "pastel"
        ? [6 + 15 * wide, 1.5 + 1.8 * wide, 4]
        : [11 + 24 * wide, 1.5 + 3 * wide, 5];
  const first = coarse * bold * unit;
  const last = Math.max(1.05, fine * (0.75 + 0.5 * strength) * unit);
  return Array.from({ length: count }, (_, k) => {
    const share = k / (count - 1);
    const radius = first * (last / first) ** share;
    const dots = medium === "pointillism";
    return {
      radius,
      spacing: dots ? 1.35 : k === 0 ? 0.9 : 1.0,
      threshold:
        k === 0 || (dots && k === 1) ? -1 : (0.085 - 0.03 * share) * (0.45 + 0.8 * strength) * (0.7 + 0.8 * wide),
      longest: dots ? 0 : 2.5 + 15 * length * (0.55 + 0.45 * share),
      shortest: dots ? 0 : 1 + 4.5 * length,
      brush:
        k === 0
          ? { ...brush, opacity: Math.max(brush.opacity, dots ? 0.85 : 0.95), dryness: 0.4 * brush.dryness }
          : brush,
    };
  });
}
