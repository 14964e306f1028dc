/** Colour names of painters' prose with their OKLab values: words to colours and colours to words. */

/** A colour in OKLab (Ottosson 2020): L 0 to 1, a and b roughly -0.4 to 0.4. */
export interface LabColour {
  readonly L: number;
  readonly a: number;
  readonly b: number;
}

/** A colour and the name people would give it. */
export interface NamedColour extends LabColour {
  readonly name: string;
}

/** Lightness, chroma and hue in degrees to OKLab. */
export const fromLch = (L: number, C: number, hue: number): LabColour => ({
  L,
  a: C * Math.cos((hue * Math.PI) / 180),
  b: C * Math.sin((hue * Math.PI) / 180),
});

/** Hue of an OKLab colour in degrees, 0 to 360: red 29, yellow 110, green 142, blue 264. */
export const hueOf = (a: number, b: number): number => ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;

type Row = readonly [name: string, L: number, C: number, hue: number];

/** Names that the describer gives; each is far enough from its neighbours to be told apart. */
const NAMES: readonly Row[] = [
  ["black", 0.13, 0, 0],
  ["charcoal", 0.31, 0.008, 260],
  ["grey", 0.56, 0, 0],
  ["silver grey", 0.76, 0.003, 250],
  ["white", 0.985, 0, 0],
  ["ivory", 0.95, 0.022, 95],
  ["cream", 0.93, 0.045, 92],
  ["beige", 0.86, 0.04, 82],
  ["sand", 0.82, 0.075, 86],
  ["tan", 0.72, 0.075, 72],
  ["taupe", 0.52, 0.025, 62],
  ["brown", 0.43, 0.075, 55],
  ["dark brown", 0.28, 0.045, 52],
  ["umber", 0.36, 0.055, 70],
  ["sienna", 0.5, 0.115, 46],
  ["terracotta", 0.61, 0.125, 39],
  ["rust", 0.5, 0.15, 38],
  ["copper", 0.63, 0.115, 52],
  ["ochre", 0.68, 0.13, 77],
  ["mustard", 0.76, 0.14, 93],
  ["golden yellow", 0.82, 0.16, 84],
  ["yellow", 0.92, 0.18, 104],
  ["lemon yellow", 0.96, 0.15, 108],
  ["pale yellow", 0.95, 0.08, 103],
  ["amber", 0.77, 0.165, 70],
  ["orange", 0.72, 0.18, 53],
  ["peach", 0.84, 0.085, 60],
  ["vermilion", 0.63, 0.22, 33],
  ["red", 0.58, 0.22, 27],
  ["crimson", 0.47, 0.19, 20],
  ["burgundy", 0.35, 0.125, 14],
  ["maroon", 0.31, 0.105, 24],
  ["coral", 0.71, 0.165, 28],
  ["salmon", 0.75, 0.12, 30],
  ["pink", 0.81, 0.1, 5],
  ["pale pink", 0.9, 0.045, 10],
  ["flesh pink", 0.83, 0.06, 45],
  ["rose", 0.66, 0.15, 10],
  ["magenta", 0.6, 0.25, 345],
  ["plum", 0.42, 0.12, 335],
  ["mauve", 0.65, 0.07, 322],
  ["purple", 0.45, 0.18, 305],
  ["violet", 0.5, 0.2, 293],
  ["lavender", 0.8, 0.07, 297],
  ["indigo", 0.34, 0.14, 280],
  ["navy", 0.27, 0.095, 265],
  ["ultramarine", 0.41, 0.2, 267],
  ["cobalt blue", 0.49, 0.16, 261],
  ["blue", 0.56, 0.17, 257],
  ["azure", 0.69, 0.14, 245],
  ["sky blue", 0.8, 0.085, 235],
  ["pale blue", 0.89, 0.04, 240],
  ["slate blue", 0.5, 0.065, 258],
  ["steel blue", 0.61, 0.08, 245],
  ["blue grey", 0.66, 0.032, 245],
  ["slate grey", 0.47, 0.025, 250],
  ["dark teal", 0.36, 0.06, 205],
  ["teal", 0.55, 0.09, 195],
  ["turquoise", 0.76, 0.12, 190],
  ["mint", 0.89, 0.075, 160],
  ["emerald", 0.61, 0.16, 156],
  ["green", 0.6, 0.17, 142],
  ["dark green", 0.36, 0.085, 145],
  ["moss green", 0.46, 0.08, 122],
  ["olive green", 0.58, 0.1, 119],
  ["olive", 0.5, 0.09, 108],
  ["sage", 0.71, 0.05, 132],
  ["lime green", 0.83, 0.19, 128],
  ["khaki", 0.72, 0.07, 102],
];

export const COLOUR_NAMES: readonly NamedColour[] = NAMES.map(([name, L, C, hue]) => ({ name, ...fromLch(L, C, hue) }));

/** Other words for a colour of the list above; what is nobody's synonym stands with its own value. */
const ALIASES: Readonly<Record<string, string | Row>> = {
  "jet black": "black",
  ebony: "black",
  onyx: "black",
  ink: "black",
  gray: "grey",
  silver: "silver grey",
  silvery: "silver grey",
  graphite: "charcoal",
  "off white": "ivory",
  eggshell: "ivory",
  bone: "ivory",
  pearl: "ivory",
  vanilla: "cream",
  creamy: "cream",
  sandy: "sand",
  straw: "sand",
  wheat: "sand",
  buff: "tan",
  fawn: "tan",
  camel: "tan",
  caramel: "copper",
  bronze: "copper",
  chocolate: "dark brown",
  coffee: "dark brown",
  chestnut: "sienna",
  mahogany: "maroon",
  hazel: "brown",
  walnut: "brown",
  brownish: "brown",
  sepia: ["sepia", 0.45, 0.06, 68],
  "raw umber": "umber",
  "burnt umber": "dark brown",
  "burnt sienna": "sienna",
  "raw sienna": "ochre",
  "burnt orange": ["burnt orange", 0.61, 0.165, 47],
  rusty: "rust",
  rusted: "rust",
  brick: "rust",
  clay: "terracotta",
  ocher: "ochre",
  "yellow ochre": "ochre",
  gold: ["gold", 0.79, 0.145, 86],
  golden: "gold",
  honey: "amber",
  saffron: "amber",
  lemon: "lemon yellow",
  canary: "yellow",
  yellowish: "yellow",
  tangerine: "orange",
  pumpkin: "orange",
  apricot: "peach",
  scarlet: "vermilion",
  cinnabar: "vermilion",
  reddish: "red",
  cherry: "crimson",
  carmine: "crimson",
  ruby: "crimson",
  blood: "crimson",
  wine: "burgundy",
  claret: "burgundy",
  oxblood: "burgundy",
  blush: "pale pink",
  flesh: "flesh pink",
  skin: "flesh pink",
  fuchsia: "magenta",
  aubergine: "plum",
  eggplant: "plum",
  lilac: "lavender",
  periwinkle: ["periwinkle", 0.7, 0.11, 280],
  amethyst: "violet",
  "navy blue": "navy",
  "midnight blue": "navy",
  "prussian blue": ["prussian blue", 0.33, 0.09, 248],
  "royal blue": "ultramarine",
  lapis: "ultramarine",
  sapphire: "cobalt blue",
  cobalt: "cobalt blue",
  "electric blue": ["electric blue", 0.6, 0.22, 262],
  bluish: "blue",
  cerulean: "azure",
  "baby blue": "sky blue",
  "powder blue": "pale blue",
  "ice blue": "pale blue",
  slate: "slate grey",
  steel: "steel blue",
  cyan: ["cyan", 0.8, 0.13, 200],
  aqua: "turquoise",
  aquamarine: "turquoise",
  "teal blue": "teal",
  petrol: "dark teal",
  "sea green": ["sea green", 0.62, 0.11, 165],
  jade: "emerald",
  viridian: ["viridian", 0.5, 0.1, 168],
  "forest green": "dark green",
  "bottle green": "dark green",
  "hunter green": "dark green",
  greenish: "green",
  moss: "moss green",
  lime: "lime green",
  chartreuse: "lime green",
  "sage green": "sage",
  "mint green": "mint",
};

const byName = new Map(COLOUR_NAMES.map((colour) => [colour.name, colour]));
for (const [word, target] of Object.entries(ALIASES)) {
  if (typeof target === "string") {
    const colour = byName.get(target);
    if (colour) byName.set(word, colour);
  } else {
    byName.set(word, { name: target[0], ...fromLch(target[1], target[2], target[3]) });
  }
}

/** The colour that a word or a pair of words names (lower case), if it is one. */
export const colourOf = (words: string): NamedColour | undefined => byName.get(words);

/** Every word or pair of words that names a colour. */
export const colourWords = (): readonly string[] => [...byName.keys()];

/**
 * Squared distance of two colours as painters' prose tells them apart: chroma counts twice, and a difference of
 * lightness a little less than in OKLab, because names follow hue and chroma first.
 */
export function nameDistance(one: LabColour, other: LabColour): number {
  const dL = 0.7 * (one.L - other.L);
  const da = one.a - other.a;
  const db = one.b - other.b;
  return dL * dL + 4 * (da * da + db * db);
}

/** Index in `colours` of the one with the least distance from `colour`, the first of equals; 0 when there is none. */
export function indexOfNearest(
  colour: LabColour,
  colours: readonly LabColour[],
  distance: (one: LabColour, other: LabColour) => number = nameDistance,
): number {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < colours.length; i++) {
    const d = distance(colour, colours[i]!);
    if (d < least) {
      least = d;
      best = i;
    }
  }
  return best;
}

/** The nearest name of the list. */
export const nearestName = (colour: LabColour): NamedColour => COLOUR_NAMES[indexOfNearest(colour, COLOUR_NAMES)]!;
