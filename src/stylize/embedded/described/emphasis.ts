/** A description read as a painter would who wants to be understood: what it says of the handling, said louder. */
import type { NumericParameter, StyleParameters } from "../steering/steering-parameters.ts";

/** Below this much relief the description means smooth paint. */
const SMOOTH = 0.1;

/** Larger strokes, higher paint, rougher ground, heavier lines; what the description rules out stays out. */
export function emphasised(style: StyleParameters): StyleParameters {
  const { strokeWidth, impasto, texture, outlines, flatness } = style;
  const smooth = impasto.value < SMOOTH;
  const loud: Readonly<Partial<Record<NumericParameter, number>>> = {
    strokeWidth: 0.28 + 0.9 * strokeWidth.value,
    impasto: smooth ? impasto.value : 0.35 + 0.8 * impasto.value,
    texture: smooth ? texture.value : 0.15 + texture.value,
    outlines: outlines.value < 0.05 ? 0 : 0.2 + 1.2 * outlines.value,
    flatness: 1.3 * flatness.value,
  };
  const said = Object.entries(loud).map(([name, value]) => {
    const own = style[name as NumericParameter];
    return [name, { ...own, value: Math.min(1, value) }] as const;
  });
  return { ...style, ...Object.fromEntries(said) };
}
