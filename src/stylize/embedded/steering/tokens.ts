/** English prose to normalised tokens: one spelling, singular, sentences and clauses marked. */

export interface Token {
  /** Normalised: lower case, singular, one spelling. */
  readonly word: string;
  /** As it was written. */
  readonly raw: string;
  /** Sentence number; `;` and `:` do not end a sentence. */
  readonly sentence: number;
  /** Clause number, counted on: a comma, `;`, `:` or a dash begins another. */
  readonly clause: number;
}

/** Nobody describes a style in more; the rest is not read. */
const MAX_LENGTH = 20_000;

const SPELLINGS: Readonly<Record<string, string>> = {
  colour: "color",
  coloured: "colored",
  colourful: "colorful",
  colouring: "coloring",
  colouration: "coloration",
  gray: "grey",
  grayscale: "greyscale",
  grayish: "greyish",
  centre: "center",
  centred: "centered",
  watercolour: "watercolor",
  aquarelle: "watercolor",
  modelled: "modeled",
  stylised: "stylized",
  saturate: "saturated",
  contrasty: "contrasting",
  lineart: "linework",
  brushstroke: "stroke",
  brushmark: "stroke",
  pixelated: "pixel",
  pixellated: "pixel",
  edged: "edge",
  outlined: "outline",
  outlining: "outline",
  contoured: "contour",
  textured: "texture",
  lit: "light",
  dotted: "dot",
  dotty: "dot",
  swirly: "swirling",
  swirl: "swirling",
  whirling: "swirling",
  hatched: "hatching",
  crosshatching: "hatching",
  crosshatched: "hatching",
};

/** `strokes` to `stroke`, `washes` to `wash`, `grasses` left a word of its own kind. */
function singular(word: string): string {
  if (word.length < 4 || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(?:sh|ch|ss|x|z)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
}

/** The normal form of one word, as the vocabularies spell it. */
export function normalWord(raw: string): string {
  const lower = raw.toLowerCase().replace(/['’]s$/, "");
  const one = SPELLINGS[lower] ?? singular(lower);
  return SPELLINGS[one] ?? one;
}

/** Splits a description into tokens. Takes any text. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let sentence = 0;
  let clause = 0;
  const plain = text.slice(0, MAX_LENGTH).normalize("NFKD").replace(/\p{M}/gu, "");
  for (const [piece] of plain.matchAll(/[\p{L}\p{N}]+(?:['’]\p{L}+)?|[.!?\n]+|[,;:()–—]/gu)) {
    if (/^[.!?\n]/.test(piece)) {
      sentence += 1;
      clause += 1;
    } else if (/^[,;:()–—]/.test(piece)) {
      clause += 1;
    } else {
      tokens.push({ word: normalWord(piece), raw: piece, sentence, clause });
    }
  }
  return tokens;
}
