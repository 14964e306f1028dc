/** The three ways the paper compares; see the README's table. */
export const VARIANTS = ["inst", "image-prompt", "prompt"] as const;

/**
 * - `inst`: the style image alone (InST, Zhang et al. 2023)
 * - `image-prompt`: the style image, steered by its description
 * - `prompt`: the description alone; the style image is not looked at
 */
export type Variant = (typeof VARIANTS)[number];

/** What a person may ask for: a variant, or the one that suits the picture. */
export type VariantChoice = Variant | "auto";

export const VARIANT_CHOICES = ["auto", ...VARIANTS] as const satisfies readonly VariantChoice[];

/** The name of a variant at the terminal and in reports; members read `src/discord/wording/labels.ts`. */
export const VARIANT_LABEL: Readonly<Record<Variant, string>> = {
  inst: "Style image only",
  "image-prompt": "Style image + description",
  prompt: "Description only",
};

/** Whether a variant needs the style image described before it can paint. */
export const needsDescription = (variant: Variant): boolean => variant !== "inst";
