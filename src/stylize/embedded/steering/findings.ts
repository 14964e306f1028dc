/** Gathers what the parser finds; later findings replace earlier ones, and each keeps the words that made it. */
import type { LabColour } from "../../../images/colour-names.ts";
import type { Sets } from "./adjectives.ts";
import {
  NEUTRAL,
  type Light,
  type Medium,
  type NumericParameter,
  type PaletteColour,
  type Reading,
  type Said,
  type StyleParameters,
} from "./steering-parameters.ts";

const unsaid = <T>(value: T): Said<T> => ({ value, said: false, words: [] });
const NAMES = Object.keys(NEUTRAL) as NumericParameter[];
/** Temperature alone has two signs. */
const floorOf = (name: NumericParameter): number => (name === "temperature" ? -1 : 0);

export interface Manner {
  readonly negated: boolean;
  /** 1 as it stands; more pushes away from neutral, less towards it, below 0 to the other side. */
  readonly degree: number;
  /** The words were negated and `sets` already says so. */
  readonly wasNegated?: boolean;
}

export class Findings {
  readonly #numbers = new Map<NumericParameter, Said<number>>();
  readonly #readings: Reading[] = [];
  #medium: Said<Medium | null> = unsaid(null);
  #mediumIsWeak = true;
  #angle: Said<number | null> = unsaid(null);
  #outlineColour: Said<LabColour | null> = unsaid(null);
  #light: Said<Light> = unsaid({ x: 0, y: 0, centre: 0 });

  note(reading: Reading): void {
    this.#readings.push(reading);
  }

  set(sets: Sets, words: string, manner: Manner): void {
    // "not very bright" is only a little dark
    const negation = manner.degree > 1 ? -0.5 : -Math.abs(manner.degree);
    const factor = manner.negated ? negation : manner.degree;
    const made: Partial<Record<NumericParameter, number>> = {};
    for (const name of NAMES) {
      const target = sets[name];
      if (target === undefined) continue;
      const neutral = NEUTRAL[name];
      const value = Math.min(1, Math.max(floorOf(name), neutral + factor * (target - neutral)));
      made[name] = value;
      this.#numbers.set(name, { value, said: true, words: [words] });
    }
    if (sets.angle !== undefined && !manner.negated) this.#angle = { value: sets.angle, said: true, words: [words] };
    const negated = manner.negated || manner.wasNegated === true;
    if (Object.keys(made).length > 0) this.note({ words, negated, sets: made });
  }

  setMedium(medium: Medium, words: string, weak: boolean): void {
    if (weak && !this.#mediumIsWeak) return;
    if (weak && this.#medium.said) return;
    this.#medium = { value: medium, said: true, words: [words] };
    this.#mediumIsWeak = weak;
    this.note({ words, negated: false, sets: {}, medium });
  }

  setLight(light: Partial<Light>, words: string): void {
    this.#light = { value: { ...this.#light.value, ...light }, said: true, words: [...this.#light.words, words] };
  }

  setOutlineColour(colour: LabColour, words: string): void {
    this.#outlineColour = { value: colour, said: true, words: [words] };
  }

  build(palette: readonly PaletteColour[]): StyleParameters {
    const numbers = Object.fromEntries(NAMES.map((name) => [name, this.#numbers.get(name) ?? unsaid(NEUTRAL[name])]));
    return {
      ...(numbers as Record<NumericParameter, Said<number>>),
      palette,
      medium: this.#medium,
      angle: this.#angle,
      outlineColour: this.#outlineColour,
      light: this.#light,
      readings: this.#readings,
    };
  }
}
