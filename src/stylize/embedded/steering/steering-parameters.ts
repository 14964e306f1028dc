/** What a style description says, as numbers: the parameters that steer the painter and the patch engine. */
import type { LabColour, NamedColour } from "../../../images/colour-names.ts";

/** How a picture is made; decides the painter's mode. */
export const MEDIA = [
  "oil",
  "watercolour",
  "pastel",
  "pointillism",
  "ink",
  "pencil",
  "etching",
  "woodcut",
  "poster",
  "mosaic",
  "pixel",
] as const;
export type Medium = (typeof MEDIA)[number];

/** A parameter's value, and the words that set it (none: nobody spoke of it, the value is neutral). */
export interface Said<T> {
  readonly value: T;
  readonly said: boolean;
  readonly words: readonly string[];
}

/** A colour of the described palette. */
export interface PaletteColour extends NamedColour {
  /** Share of the picture, 0 to 1; the weights of a palette add up to 1. */
  readonly weight: number;
  /** Named as an accent, a touch, a highlight: small and strong. */
  readonly accent: boolean;
}

/** Where the light is: x 1 from the right, -1 from the left; y 1 from the top; centre 1 a bright middle, -1 a dark one. */
export interface Light {
  readonly x: number;
  readonly y: number;
  readonly centre: number;
}

/** The parameters that are plain numbers, with the value each has when nobody speaks of it. */
export const NEUTRAL = {
  /** -1 cool to 1 warm */
  temperature: 0,
  /** 0 monochrome, 0.5 as the content, 1 vivid */
  saturation: 0.5,
  /** 0 dark, low-key; 1 bright, high-key */
  key: 0.5,
  /** 0 soft, 1 strong */
  contrast: 0.5,
  /** 0 hair-thin, 1 broad */
  strokeWidth: 0.5,
  /** 0 dots, 1 long */
  strokeLength: 0.5,
  /** 0 straight, 1 swirling */
  curvature: 0.5,
  /** 0 strokes lie as the forms run, 1 every which way */
  disorder: 0.2,
  /** 0 glazes and washes, 1 covering paint */
  opacity: 0.7,
  /** Height of the paint, lit from the side: 0 flat, 1 thick */
  impasto: 0.3,
  /** Roughness and grain: 0 smooth, 1 rough */
  texture: 0.4,
  /** 0 melting, 1 hard */
  edgeHardness: 0.5,
  /** Drawn contour lines: 0 none, 1 heavy */
  outlines: 0,
  /** 0 modelled, 1 flat areas of one colour */
  flatness: 0.2,
} as const satisfies Record<string, number>;

export type NumericParameter = keyof typeof NEUTRAL;

/** One finding of the parser: these words set these parameters. */
export interface Reading {
  readonly words: string;
  readonly negated: boolean;
  /** Numeric parameters as they were set, after modifiers. */
  readonly sets: Readonly<Partial<Record<NumericParameter, number>>>;
  readonly colour?: string;
  readonly medium?: Medium;
}

/** Everything a description says about style. */
export interface StyleParameters extends Readonly<Record<NumericParameter, Said<number>>> {
  /** Colours by weight; empty where no colour was named. */
  readonly palette: readonly PaletteColour[];
  readonly medium: Said<Medium | null>;
  /** Main direction of the strokes as a person sees it, degrees counter-clockwise from horizontal, 0 to 180; `null`: along the forms. */
  readonly angle: Said<number | null>;
  readonly outlineColour: Said<LabColour | null>;
  readonly light: Said<Light>;
  /** How each parameter came about, in the order of the text. */
  readonly readings: readonly Reading[];
}
