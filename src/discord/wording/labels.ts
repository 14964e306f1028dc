/** What people know variants and style paths by. */
import { type Variant, VARIANTS } from "../../variant.ts";
import type { Subject } from "../../votes/ballot.ts";
import { say, type Sentence } from "../../words/say.ts";

const isVariant = (subject: Subject): subject is Variant => VARIANTS.some((variant) => variant === subject);

export const variantLabel = (variant: Variant): string => say(`variant.${variant}`);

/** How the paper words what a variant is called. */
export const paperSentence = (variant: Variant): Sentence =>
  variant === "inst" ? "variant.inst.paper" : `variant.${variant}`;

/** The same as the paper words it, for those who compare and for those who want to know exactly. */
export const paperLabel = (variant: Variant): string => say(paperSentence(variant));

/** A variant, or a style path as it is told at a reveal. */
export const subjectLabel = (subject: Subject): string =>
  isVariant(subject) ? variantLabel(subject) : say(`style-path.${subject}`);

/** The same, variants as the paper words them. */
export const paperSubjectLabel = (subject: Subject): string =>
  isVariant(subject) ? paperLabel(subject) : subjectLabel(subject);
