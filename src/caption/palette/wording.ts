/** Measures of a picture to English sentences; thresholds of the medium stand in `medium.ts` and `medium-choice.ts`, all others here. */
import { mediumFor } from "./medium-choice.ts";
import { MEDIUM_WORDS } from "./medium.ts";
import type { StyleMeasures } from "./measurements.ts";

/** The first label whose bound the value is under; the last label has none. */
function grade(value: number, steps: readonly (readonly [bound: number, label: string])[], last: string): string {
  return steps.find(([bound]) => value < bound)?.[1] ?? last;
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)!}`;

const article = (words: string): string => (/^[aeiou]/.test(words) ? `An ${words}` : `A ${words}`);

/** The description, sentence by sentence. */
export function sentencesOf(measures: StyleMeasures): string[] {
  return [colourSentence(measures), markSentence(measures), lightSentence(measures)];
}

const isMonochrome = ({ colours }: StyleMeasures): boolean => colours.chroma < 0.012;

function colourSentence(measures: StyleMeasures): string {
  const { colours, tones } = measures;
  const main = colours.palette;
  const names = main.map(({ name }) => name);
  const dominant = main[0] && main[0].share > 0.42 && names.length > 1;
  const palette = dominant ? `dominated by ${names[0]!}, with ${list(names.slice(1))}` : `of ${list(names)}`;
  const accents = colours.accents.map(({ name }) => name);
  const accentWords = accents.length === 0 || isMonochrome(measures) ? "" : `, with accents of ${list(accents)}`;
  const saturation = isMonochrome(measures)
    ? "monochrome"
    : grade(
        colours.chroma90,
        [
          [0.05, "very muted"],
          [0.085, "muted"],
          [0.125, "moderately saturated"],
        ],
        "vivid",
      );
  const temperature = isMonochrome(measures)
    ? "neutral,"
    : grade(
        colours.warmth,
        [
          [-0.45, "cool,"],
          [-0.15, "slightly cool,"],
          [0.15, "balanced,"],
          [0.45, "slightly warm,"],
        ],
        "warm,",
      );
  const key = grade(
    tones.key,
    [
      [0.36, "dark, low-key tones"],
      [0.8, "mid-key tones"],
    ],
    "bright, high-key tones",
  );
  const contrast = grade(
    tones.contrast,
    [
      [0.4, "soft contrast"],
      [0.6, "medium contrast"],
    ],
    "strong contrast",
  );
  return `A ${temperature} ${saturation} palette ${palette}${accentWords}; ${key} with ${contrast}.`;
}

const isFlowing = ({ structure: { coherence, directionality } }: StyleMeasures): boolean =>
  coherence > 0.52 && directionality < 0.25;

function directionOf(measures: StyleMeasures): string {
  const { structure } = measures;
  const { coherence, directionality, angle } = structure;
  if (directionality > 0.3) {
    const direction = grade(
      angle,
      [
        [22.5, "horizontal"],
        [67.5, "diagonal, rising to the right"],
        [112.5, "vertical"],
        [157.5, "diagonal, falling to the right"],
      ],
      "horizontal",
    );
    return `mostly ${direction}`;
  }
  if (isFlowing(measures)) return "flowing and curved, following the forms";
  return coherence > 0.5 ? "running in varied directions" : "broken, in scattered dabs";
}

function markSentence(measures: StyleMeasures): string {
  const { structure } = measures;
  const scale = grade(
    -structure.fineness,
    [
      [-0.85, isFlowing(measures) ? "fine strokes" : "fine, short strokes"],
      [-0.6, "small strokes"],
      [-0.4, "medium-sized strokes"],
    ],
    "broad strokes",
  );
  const surface = grade(
    structure.texture,
    [
      [0.025, "a smooth surface"],
      [0.045, "subtle texture"],
      [0.075, "lively texture"],
    ],
    "rough, dense texture",
  );
  return `${article(MEDIUM_WORDS[mediumFor(measures.medium, measures.likely)])}: ${scale}, ${directionOf(measures)}, ${surface} and ${edgesOf(measures)}.`;
}

function edgesOf({ structure: { outlines, edge } }: StyleMeasures): string {
  if (outlines > 0.12) return "dark contour lines";
  if (outlines > 0.06) return "softly outlined forms";
  return grade(
    edge,
    [
      [0.07, "soft, melting edges"],
      [0.13, "clear but painterly edges"],
    ],
    "hard, crisp edges",
  );
}

function lightSentence({ tones }: StyleMeasures): string {
  const parts: string[] = [];
  if (tones.centre > 0.06) parts.push("light gathers in the centre against darker borders");
  else if (tones.centre < -0.06) parts.push("a dark centre stands against lighter surroundings");
  if (tones.top > 0.12) parts.push("the top is lighter than the bottom");
  else if (tones.top < -0.12) parts.push("the bottom is lighter than the top");
  if (tones.left > 0.12) parts.push("light comes from the left");
  else if (tones.left < -0.12) parts.push("light comes from the right");
  if (parts.length === 0) return "Light is spread evenly over the whole picture.";
  const sentence = list(parts);
  return `${sentence[0]!.toUpperCase()}${sentence.slice(1)}.`;
}
