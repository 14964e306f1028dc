/** What is painted, or else put beside, of each pair of a study: variants, style paths, controls. */
import { UserError } from "../errors.ts";
import type { StylePath, UsedStylePath } from "../painting.ts";
import { type Variant, VARIANT_LABEL } from "../variant.ts";

/** What no style transfer is needed for, and every measure has to tell from one. */
export const CONTROLS = ["content", "style", "colours", "embedded"] as const;
export type Control = (typeof CONTROLS)[number];

/** One way to a picture, the same for every pair. */
export type Candidate = { readonly id: string } & (
  | {
      readonly kind: "variant" | "path";
      readonly variant: Variant;
      readonly stylePath: StylePath;
    }
  | {
      readonly kind: "control";
      /** Content and style as they are, the content in the style's colours, what the embedded engine paints. */
      readonly control: Control;
    }
);

const CONTROL_LABEL: Readonly<Record<Control, string>> = {
  content: "Untouched content",
  style: "The style itself",
  colours: "Colours alone",
  embedded: "Embedded engine",
};

const PATH_LABEL: Readonly<Record<UsedStylePath, string>> = {
  token: "Learned token",
  attention: "Shared attention",
  adain: "Latent statistics",
  adapter: "Image adapter",
  "adapter-token": "Image adapter + token",
  "adapter-attention": "Image adapter + attention",
  styleshot: "StyleShot",
};

/** The name of a candidate in reports. */
export function candidateLabel(candidate: Candidate): string {
  if (candidate.kind === "control") return CONTROL_LABEL[candidate.control];
  if (candidate.kind === "variant") return VARIANT_LABEL[candidate.variant];
  return candidate.stylePath === "auto" ? candidate.id : PATH_LABEL[candidate.stylePath];
}

/** What people can leave a study to be made of. */
export interface CandidateChoice {
  readonly variants: readonly Variant[];
  readonly paths: readonly UsedStylePath[];
  readonly controls: boolean;
}

/**
 * The candidates in the order in which they are painted. Style paths are painted in the variant that looks at both, the
 * picture and its description; where that is no part of the study, in the style image alone.
 *
 * @throws UserError where there is nothing to paint, or the same twice
 */
export function candidatesOf({ variants, paths, controls }: CandidateChoice): Candidate[] {
  if (variants.length + paths.length === 0)
    throw new UserError("no-candidates", "There is nothing to paint: name variants or style paths.");
  const inPaths: Variant = variants.length === 0 || variants.includes("image-prompt") ? "image-prompt" : "inst";
  const all: Candidate[] = [
    ...variants.map((variant) => ({ id: variant, kind: "variant", variant, stylePath: "auto" }) as const),
    ...paths.map((path) => ({ id: `path-${path}`, kind: "path", variant: inPaths, stylePath: path }) as const),
    ...(controls ? CONTROLS : []).map((control) => ({ id: `control-${control}`, kind: "control", control }) as const),
  ];
  const twice = all.find(({ id }, i) => all.findIndex((other) => other.id === id) < i);
  if (twice) throw new UserError("candidate-twice", `${twice.id} is there twice; name each variant and path once.`);
  return all;
}
