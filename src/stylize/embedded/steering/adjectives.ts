/** Adjectives of painters' prose: what each says depends on the noun that it goes with. */
import type { NumericParameter } from "./steering-parameters.ts";
import { normalWord } from "./tokens.ts";

/** What an adjective can go with. `outline` understands all that `line` does. */
const HEADS = ["stroke", "line", "outline", "edge", "colour", "contrast", "light", "texture", "area"] as const;
export type Head = (typeof HEADS)[number];

export type Sets = Readonly<Partial<Record<NumericParameter, number>>> & {
  /** Degrees counter-clockwise from horizontal, as a person sees it. */
  readonly angle?: number | null;
};

const HEAD_WORDS: Readonly<Record<Head, string>> = {
  stroke: "stroke brushstroke brushwork brush dab mark daub touch touches streak stippling hatching handling",
  line: "line linework pen contouring",
  outline: "outline contour",
  edge: "edge boundary transition border",
  colour: "color palette hue tone shade tint scheme coloring coloration pigment tonality",
  contrast: "contrast contrasting",
  light: "light lighting illumination shadow",
  texture: "texture surface impasto finish grain paint",
  area: "shape area form plane field block shading",
};

const headWords = new Map<string, Head>();
for (const head of HEADS) for (const word of HEAD_WORDS[head].split(" ")) headWords.set(normalWord(word), head);

export const headOf = (word: string): Head | undefined => headWords.get(word);

/** What a noun says when no adjective goes with it; `no` what its absence says. */
export const BARE_HEADS: Readonly<Partial<Record<Head, { readonly yes?: Sets; readonly no: Sets }>>> = {
  stroke: { no: { texture: 0.1, impasto: 0, flatness: 0.5, edgeHardness: 0.35 } },
  line: { no: { outlines: 0 } },
  outline: { yes: { outlines: 0.6 }, no: { outlines: 0 } },
  edge: { no: { edgeHardness: 0.1 } },
  colour: { no: { saturation: 0 } },
  contrast: { no: { contrast: 0.12 } },
  texture: { no: { texture: 0, impasto: 0 } },
  area: { no: { flatness: 0.6 } },
};

type Meaning = Readonly<Partial<Record<Head | "any", Sets>>>;

const wide: Meaning = {
  stroke: { strokeWidth: 0.85 },
  line: { outlines: 0.85 },
  texture: { impasto: 0.9, texture: 0.75 },
  any: { strokeWidth: 0.8 },
};
const thin: Meaning = {
  stroke: { strokeWidth: 0.15 },
  line: { outlines: 0.4 },
  texture: { impasto: 0.05, opacity: 0.4 },
};
const bright: Meaning = {
  colour: { saturation: 0.82, key: 0.62 },
  light: { key: 0.75 },
  contrast: { contrast: 0.8 },
  any: { key: 0.7, saturation: 0.65 },
};
const vivid: Meaning = { any: { saturation: 0.88 }, contrast: { contrast: 0.85, saturation: 0.8 } };
const strong: Meaning = {
  contrast: { contrast: 0.85 },
  line: { outlines: 0.85 },
  stroke: { strokeWidth: 0.75, impasto: 0.5 },
  edge: { edgeHardness: 0.85 },
  colour: { saturation: 0.82 },
  light: { contrast: 0.8 },
  texture: { texture: 0.8, impasto: 0.6 },
};
const soft: Meaning = {
  contrast: { contrast: 0.2 },
  edge: { edgeHardness: 0.12 },
  line: { outlines: 0.25, edgeHardness: 0.3 },
  stroke: { edgeHardness: 0.2, impasto: 0.15 },
  colour: { saturation: 0.32, contrast: 0.38 },
  light: { contrast: 0.35, edgeHardness: 0.35 },
  texture: { texture: 0.2 },
  area: { edgeHardness: 0.2, flatness: 0.1 },
  any: { edgeHardness: 0.3 },
};
const muted: Meaning = { any: { saturation: 0.25 }, contrast: { contrast: 0.25 }, light: { contrast: 0.35 } };
const dark: Meaning = {
  colour: { key: 0.22 },
  light: { key: 0.25 },
  line: { outlines: 0.68 },
  any: { key: 0.25 },
};
const rough: Meaning = {
  texture: { texture: 0.85 },
  edge: { edgeHardness: 0.6, texture: 0.7 },
  stroke: { texture: 0.75, disorder: 0.35 },
  line: { texture: 0.6 },
  any: { texture: 0.8 },
};
const smooth: Meaning = {
  texture: { texture: 0.08, impasto: 0.05 },
  edge: { edgeHardness: 0.15 },
  stroke: { texture: 0.15, impasto: 0.1, strokeLength: 0.65, edgeHardness: 0.3 },
  area: { flatness: 0.1, texture: 0.1, edgeHardness: 0.3 },
  any: { texture: 0.12, impasto: 0.08 },
};
const curved: Meaning = { any: { curvature: 0.82 } };
const straight: Meaning = { any: { curvature: 0.08 }, edge: { edgeHardness: 0.8 }, line: { curvature: 0.08 } };
const broken: Meaning = {
  stroke: { strokeLength: 0.25, disorder: 0.45 },
  line: { outlines: 0.35 },
  colour: { disorder: 0.4 },
  any: { strokeLength: 0.3, disorder: 0.4 },
};
const loose: Meaning = {
  stroke: { disorder: 0.45, strokeWidth: 0.65, edgeHardness: 0.35 },
  line: { disorder: 0.3 },
  any: { disorder: 0.45, edgeHardness: 0.35 },
};
const hard: Meaning = {
  edge: { edgeHardness: 0.92 },
  line: { edgeHardness: 0.85 },
  contrast: { contrast: 0.85 },
  light: { contrast: 0.85 },
  any: { edgeHardness: 0.85 },
};
const flat: Meaning = { any: { flatness: 0.85, impasto: 0.03 }, texture: { texture: 0.1, impasto: 0 } };
const fine: Meaning = {
  stroke: { strokeWidth: 0.12 },
  line: { outlines: 0.4 },
  texture: { texture: 0.3, strokeWidth: 0.25 },
};
const turned = (angle: number | null): Meaning => ({ any: { angle } });

/** Adjective to meaning; synonyms share one. Adverbs in -ly are read as their adjective. */
const MEANINGS: readonly (readonly [words: string, meaning: Meaning])[] = [
  ["thick heavy chunky fat wide generous", wide],
  ["broad large big sweeping", { ...wide, area: { flatness: 0.6, strokeWidth: 0.75 } }],
  [
    "bold",
    {
      ...wide,
      colour: { saturation: 0.85 },
      contrast: { contrast: 0.85 },
      edge: { edgeHardness: 0.85 },
      area: { flatness: 0.6, contrast: 0.65 },
      texture: { texture: 0.7 },
    },
  ],
  ["thin slender narrow hairline", thin],
  ["delicate", { ...thin, colour: { saturation: 0.35, key: 0.65 }, any: { strokeWidth: 0.25 } }],
  ["fine meticulous precise", fine],
  ["small tiny little minute", { stroke: { strokeWidth: 0.25, strokeLength: 0.35 }, area: { strokeWidth: 0.25 } }],
  ["medium moderate", { stroke: { strokeWidth: 0.5 }, contrast: { contrast: 0.5 }, line: { outlines: 0.5 } }],
  ["sized", { stroke: {} }],
  ["short", { stroke: { strokeLength: 0.18 }, line: { strokeLength: 0.2 } }],
  ["long elongated", { stroke: { strokeLength: 0.85 }, line: { strokeLength: 0.85 } }],
  ["dark black inky", dark],
  ["dim shadowy somber gloomy moody", { any: { key: 0.25 } }],
  ["bright luminous radiant glowing", bright],
  [
    "light airy",
    {
      colour: { key: 0.78 },
      stroke: { opacity: 0.5, impasto: 0.1 },
      line: { outlines: 0.35 },
      texture: { texture: 0.2 },
    },
  ],
  ["pale", { any: { key: 0.75, saturation: 0.3 } }],
  [
    "vivid vibrant saturated intense brilliant colorful lively punchy",
    { ...vivid, texture: { texture: 0.6 }, stroke: { disorder: 0.35, texture: 0.55 }, line: { outlines: 0.6 } },
  ],
  ["rich lush", { any: { saturation: 0.72 }, texture: { texture: 0.75, impasto: 0.7 } }],
  ["neon fluorescent electric garish", { any: { saturation: 1 } }],
  ["muted subdued desaturated faded dull dusty restrained washed", muted],
  ["monochrome monochromatic greyscale colorless achromatic", { any: { saturation: 0 } }],
  ["warm", { any: { temperature: 0.8 } }],
  ["fiery", { any: { temperature: 1, saturation: 0.8 } }],
  ["cool cold icy chilly", { any: { temperature: -0.8 } }],
  ["neutral", { any: { temperature: 0, saturation: 0.28 }, light: {} }],
  ["earthy natural", { any: {}, colour: { saturation: 0.38, temperature: 0.45 } }],
  ["strong high stark powerful bold dramatic sharp marked striking", strong],
  ["low gentle reduced", { ...soft, colour: { key: 0.35 }, light: { key: 0.35 }, stroke: { impasto: 0.1 }, any: {} }],
  [
    "more increased",
    {
      contrast: { contrast: 0.75 },
      colour: { saturation: 0.72 },
      texture: { texture: 0.7 },
      line: { outlines: 0.7 },
      light: { key: 0.65 },
      stroke: { texture: 0.6 },
    },
  ],
  [
    "less",
    {
      contrast: { contrast: 0.28 },
      colour: { saturation: 0.3 },
      texture: { texture: 0.2 },
      line: { outlines: 0.2 },
      light: { key: 0.38 },
      stroke: { texture: 0.2 },
    },
  ],
  ["soft softened tender hazy misty", soft],
  [
    "blurred blurry melting smudged feathered diffuse diffused blended",
    {
      any: { edgeHardness: 0.1 },
      light: { contrast: 0.3 },
      colour: { edgeHardness: 0.2 },
      stroke: { edgeHardness: 0.15, texture: 0.2 },
    },
  ],
  ["hard crisp", hard],
  [
    "clean clear defined distinct",
    {
      edge: { edgeHardness: 0.68 },
      line: { outlines: 0.5, edgeHardness: 0.75 },
      area: { edgeHardness: 0.75, flatness: 0.4 },
      stroke: { edgeHardness: 0.6 },
    },
  ],
  ["painterly", { edge: { edgeHardness: 0.5 }, any: { texture: 0.55 } }],
  ["rough coarse gritty scratchy grainy granular craggy dense raw", rough],
  ["smooth polished sleek glossy silky even", { ...smooth, light: {} }],
  ["matte", { any: { texture: 0.3, impasto: 0.05 } }],
  [
    "subtle",
    {
      contrast: { contrast: 0.3 },
      colour: { saturation: 0.32 },
      texture: { texture: 0.3 },
      line: { outlines: 0.25 },
      edge: { edgeHardness: 0.3 },
      stroke: { texture: 0.3, impasto: 0.1 },
    },
  ],
  [
    "visible expressive energetic dynamic vigorous gestural textural",
    {
      stroke: { texture: 0.65, impasto: 0.55 },
      line: { outlines: 0.6 },
      texture: { texture: 0.7 },
      colour: { saturation: 0.7 },
    },
  ],
  ["curved flowing swirling fluid sinuous wavy curving undulating organic rounded curvy", curved],
  [
    "straight angular geometric rigid rectilinear",
    { ...straight, area: { flatness: 0.65, curvature: 0.08, edgeHardness: 0.8 } },
  ],
  ["broken scattered dappled fragmented choppy staccato flickering", broken],
  ["loose spontaneous free sketchy messy", loose],
  ["random varied chaotic", { stroke: { disorder: 0.6 }, line: { disorder: 0.5 } }],
  ["controlled careful tight orderly", { stroke: { disorder: 0.05, strokeWidth: 0.25 }, line: { disorder: 0.05 } }],
  ["flat flattened simplified uniform solid", flat],
  ["modeled shaded", { any: { flatness: 0.08 } }],
  ["opaque covering", { any: { opacity: 1 } }],
  ["transparent translucent glazed", { any: { opacity: 0.35 } }],
  [
    "layered",
    { stroke: { texture: 0.6, opacity: 0.6 }, texture: { texture: 0.7, impasto: 0.6 }, colour: { opacity: 0.6 } },
  ],
  ["horizontal", turned(0)],
  ["vertical upright", turned(90)],
  ["diagonal slanted slanting", turned(45)],
  ["rising", { stroke: { angle: 45 }, line: { angle: 45 } }],
  ["falling", { stroke: { angle: 135 }, line: { angle: 135 } }],
  ["drawn", { line: { outlines: 0.6 } }],
  ["detailed intricate", { line: { outlines: 0.5 }, stroke: { strokeWidth: 0.2 }, texture: { texture: 0.5 } }],
];

const meanings = new Map<string, Meaning>();
for (const [words, meaning] of MEANINGS) {
  for (const word of words.split(" ")) if (!meanings.has(normalWord(word))) meanings.set(normalWord(word), meaning);
}

/** The adjective that a word is, or is the adverb of. */
export function adjectiveOf(word: string): Meaning | undefined {
  const exact = meanings.get(word);
  if (exact || !word.endsWith("ly") || word.length < 6) return exact;
  return (
    meanings.get(word.slice(0, -2)) ?? meanings.get(`${word.slice(0, -3)}y`) ?? meanings.get(`${word.slice(0, -2)}e`)
  );
}

/** What an adjective says of a noun; `undefined` when the two do not go together. */
export function meaningWith(meaning: Meaning, head: Head): Sets | undefined {
  return meaning[head] ?? (head === "outline" ? meaning.line : undefined) ?? meaning.any;
}

/** Whether the noun itself is among those that the adjective speaks of. */
export const goesWith = (meaning: Meaning, head: Head): boolean =>
  meaning[head] !== undefined || (head === "outline" && meaning.line !== undefined);

/** How far a degree word pushes from neutral; below 0 it turns the meaning round. */
export const DEGREES: ReadonlyMap<string, number> = new Map([
  ...(
    [
      "very",
      "extremely",
      "highly",
      "intensely",
      "really",
      "super",
      "deeply",
      "exceptionally",
      "strikingly",
      "so",
      "too",
    ] as const
  ).map((word): [string, number] => [word, 1.4]),
  ...(["more", "quite", "rather", "particularly", "especially"] as const).map((word): [string, number] => [word, 1.1]),
  ...(["slightly", "somewhat", "faintly", "subtly", "mildly", "bit", "gently", "touch"] as const).map(
    (word): [string, number] => [word, 0.45],
  ),
  ...(["moderately", "fairly", "relatively"] as const).map((word): [string, number] => [word, 0.6]),
  ["less", -0.6],
]);
