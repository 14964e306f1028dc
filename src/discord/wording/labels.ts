/** What people know variants and style paths by. */
import type { UsedStylePath } from "../../painting.ts";
import type { Variant } from "../../variant.ts";
import type { Subject } from "../../votes/ballot.ts";
import { say, type Sentence } from "../../words/say.ts";

const PATHS = {
  token: "style-path.token",
  attention: "style-path.attention",
  adain: "style-path.adain",
  adapter: "style-path.adapter",
  "adapter-token": "style-path.adapter-token",
  "adapter-attention": "style-path.adapter-attention",
  styleshot: "style-path.styleshot",
} as const satisfies Readonly<Record<UsedStylePath, Sentence>>;

const VARIANTS = {
  inst: "variant.inst",
  "image-prompt": "variant.image-prompt",
  prompt: "variant.prompt",
} as const satisfies Readonly<Record<Variant, Sentence>>;

const SUBJECTS: Readonly<Record<Subject, Sentence>> = { ...VARIANTS, ...PATHS };

export const variantLabel = (variant: Variant): string => say(VARIANTS[variant]);

/** How the paper words what a variant is called. */
export const paperSentence = (variant: Variant): Sentence =>
  variant === "inst" ? "variant.inst.paper" : VARIANTS[variant];

/** The same as the paper words it, for those who compare and for those who want to know exactly. */
export const paperLabel = (variant: Variant): string => say(paperSentence(variant));

/** A variant, or a style path as it is told at a reveal. */
export const subjectLabel = (subject: Subject): string => say(SUBJECTS[subject]);

/** The same, variants as the paper words them. */
export const paperSubjectLabel = (subject: Subject): string =>
  subject === "inst" ? say("variant.inst.paper") : subjectLabel(subject);
