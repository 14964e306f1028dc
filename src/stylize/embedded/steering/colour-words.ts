/** Reads colours out of a description: base names, modifiers (light, dusty, …), mixtures, accents, weights. */
import { colourOf, hueOf, type LabColour, type NamedColour } from "../../../images/colour-names.ts";
import type { PaletteColour } from "./steering-parameters.ts";
import { normalWord, type Token } from "./tokens.ts";

/** Moves a colour: lightness towards `to` by `by`, chroma times `chroma`. */
interface Shift {
  readonly to?: number;
  readonly by?: number;
  readonly chroma?: number;
}

const SHIFTS: ReadonlyMap<string, Shift> = new Map<string, Shift>([
  ["light", { to: 0.95, by: 0.45, chroma: 0.8 }],
  ["pale", { to: 0.93, by: 0.6, chroma: 0.5 }],
  ["pastel", { to: 0.88, by: 0.7, chroma: 0.55 }],
  ["dark", { to: 0.12, by: 0.42, chroma: 0.85 }],
  ["darker", { to: 0.12, by: 0.35, chroma: 0.9 }],
  ["lighter", { to: 0.95, by: 0.35, chroma: 0.85 }],
  ["deep", { to: 0.15, by: 0.3, chroma: 1.1 }],
  ["rich", { to: 0.35, by: 0.12, chroma: 1.15 }],
  ["bright", { to: 0.85, by: 0.15, chroma: 1.25 }],
  ["vivid", { chroma: 1.3 }],
  ["vibrant", { chroma: 1.3 }],
  ["brilliant", { chroma: 1.3 }],
  ["intense", { chroma: 1.3 }],
  ["neon", { to: 0.85, by: 0.3, chroma: 1.5 }],
  ["muted", { to: 0.62, by: 0.15, chroma: 0.5 }],
  ["dull", { to: 0.55, by: 0.15, chroma: 0.5 }],
  ["dusty", { to: 0.65, by: 0.2, chroma: 0.55 }],
  ["faded", { to: 0.75, by: 0.25, chroma: 0.5 }],
  ["soft", { to: 0.8, by: 0.25, chroma: 0.6 }],
  ["subdued", { to: 0.6, by: 0.1, chroma: 0.55 }],
  ["desaturated", { chroma: 0.4 }],
  ["smoky", { to: 0.5, by: 0.3, chroma: 0.45 }],
  ["burnt", { to: 0.25, by: 0.25 }],
]);

/** Words that may stand between a modifier and its colour without meaning anything here. */
const FILLERS = new Set(["shade", "of", "tone", "hue", "and"]);

/** Names that take a suffix: `greenish` is a weaker green. */
const isTint = (word: string): boolean => word.endsWith("ish");

export interface ColourReading {
  readonly colour: NamedColour;
  /** Tokens used. */
  readonly length: number;
}

/**
 * The colour that begins at token `at`: modifiers, then one name or two names that mix ("pale dusty rose", "blue-green").
 */
export function readColour(tokens: readonly Token[], at: number): ColourReading | undefined {
  const shifts: Shift[] = [];
  const words: string[] = [];
  let next = at;
  for (let shift = shiftAt(tokens, next); shift; shift = shiftAt(tokens, next)) {
    if (nameAt(tokens, next)) break;
    shifts.push(shift);
    words.push(tokens[next]!.raw.toLowerCase());
    next += 1;
  }
  if (next > at && tokens[next] && FILLERS.has(tokens[next]!.word) && !nameAt(tokens, next)) {
    while (tokens[next] && FILLERS.has(tokens[next]!.word) && next - at < 4) next += 1;
    if (!sameClause(tokens, at, next) || words.length === 0 || tokens[next - 1]!.word !== "of") return undefined;
  }
  const first = nameAt(tokens, next);
  if (!first || !sameClause(tokens, at, next)) return undefined;
  next += first.length;
  const second = sameClause(tokens, at, next) ? nameAt(tokens, next) : undefined;
  const base = second ? mixed(first.colour, second.colour, isTint(tokens[next - 1]!.word) ? 0.7 : 0.6) : first.colour;
  if (second) next += second.length;
  const colour = shifts.reduce<LabColour>(shifted, base);
  return {
    colour: { name: [...words, base.name].join(" "), L: colour.L, a: colour.a, b: colour.b },
    length: next - at,
  };
}

const shiftAt = (tokens: readonly Token[], at: number): Shift | undefined => {
  const word = tokens[at]?.word;
  return word === undefined ? undefined : SHIFTS.get(word.endsWith("ly") ? word.slice(0, -2) : word);
};

const sameClause = (tokens: readonly Token[], one: number, other: number): boolean =>
  tokens[one]?.clause === tokens[other]?.clause;

/** Colour names by their normalised words, so that `mosses` and `gray` are found. */
function nameAt(tokens: readonly Token[], at: number): ColourReading | undefined {
  const first = tokens[at];
  if (!first) return undefined;
  const second = tokens[at + 1];
  if (second && second.clause === first.clause) {
    const pair = colourOf(`${first.word} ${second.word}`);
    if (pair) return { colour: pair, length: 2 };
  }
  const word = first.word === "greyish" ? "grey" : first.word;
  const one = colourOf(word) ?? colourOf(normalWord(word));
  return one && { colour: one, length: 1 };
}

const mixed = (one: NamedColour, other: NamedColour, share: number): NamedColour => ({
  name: `${one.name} ${other.name}`,
  L: one.L + share * (other.L - one.L),
  a: one.a + share * (other.a - one.a),
  b: one.b + share * (other.b - one.b),
});

function shifted(colour: LabColour, { to = colour.L, by = 0, chroma = 1 }: Shift): LabColour {
  return { L: colour.L + by * (to - colour.L), a: colour.a * chroma, b: colour.b * chroma };
}

/** A palette keeps at most this many colours, the heaviest. */
const MOST = 9;

/** Collects colours in the order of the text; the first said weighs most. */
export class PaletteBuilder {
  readonly #colours = new Map<string, { colour: NamedColour; weight: number; accent: boolean }>();
  #mains = 0;

  /** @param emphasis above 1 for a colour that is called dominant */
  add(colour: NamedColour, accent: boolean, emphasis = 1): void {
    const weight = emphasis * (accent ? 0.24 : Math.max(0.25, 0.84 ** this.#mains));
    if (!accent) this.#mains += 1;
    const known = this.#colours.get(colour.name);
    if (known) {
      known.weight += 0.35 * weight;
      known.accent &&= accent;
    } else {
      this.#colours.set(colour.name, { colour, weight, accent });
    }
  }

  /** Forgets colours near one that the text rules out: "no blue" takes navy as well. */
  remove(colour: NamedColour): void {
    const chroma = Math.hypot(colour.a, colour.b);
    for (const [name, { colour: other }] of this.#colours) {
      const near = Math.hypot(other.L - colour.L, other.a - colour.a, other.b - colour.b) < 0.1;
      const turn = Math.abs(hueOf(colour.a, colour.b) - hueOf(other.a, other.b));
      const sameHue = chroma > 0.05 && Math.hypot(other.a, other.b) > 0.05 && Math.min(turn, 360 - turn) < 22;
      if (near || sameHue) this.#colours.delete(name);
    }
  }

  clear(): void {
    this.#colours.clear();
    this.#mains = 0;
  }

  build(): PaletteColour[] {
    const kept = [...this.#colours.values()].sort((one, other) => other.weight - one.weight).slice(0, MOST);
    const total = kept.reduce((sum, { weight }) => sum + weight, 0);
    return kept.map(({ colour, weight, accent }) => ({ ...colour, weight: weight / total, accent }));
  }
}
