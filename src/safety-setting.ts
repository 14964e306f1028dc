/** Which safety checker an installation may ask for, and the name of the one that can be installed. */

export const SAFETY_SETTINGS = ["auto", "stable-diffusion", "small", "off"] as const;
export type SafetySetting = (typeof SAFETY_SETTINGS)[number];

/** Stable Diffusion's own, in the catalogue and as a folder. */
export const SAFETY_CHECKER = "safety-checker-v1-4";
