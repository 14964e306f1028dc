/** What variants are called in messages; tables, charts and the terminal have the English names (`src/variant.ts`). */
import type { Variant } from "../../variant.ts";
import { say } from "../../words/say.ts";

/** The name of a variant. */
export const variantLabel = (variant: Variant): string => say(`variant.${variant}`);

/** The same as the paper words it, for those who want to know exactly. */
export const paperLabel = (variant: Variant): string =>
  variant === "inst" ? say("variant.inst.paper") : variantLabel(variant);
