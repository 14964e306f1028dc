/** What people know variants and style paths by. */
import type { UsedStylePath } from "../../painting.ts";
import type { Variant } from "../../variant.ts";
import type { Subject } from "../../votes/ballot.ts";
import { say, type Sentence } from "../../words/say.ts";

const PATHS = {
  token: "label.path.token",
  attention: "label.path.attention",
  adain: "label.path.adain",
  adapter: "label.path.adapter",
  "adapter-token": "label.path.adapter-token",
  "adapter-attention": "label.path.adapter-attention",
  styleshot: "label.path.styleshot",
} as const satisfies Readonly<Record<UsedStylePath, Sentence>>;

const VARIANTS = {
  inst: "label.variant.inst",
  "image-prompt": "label.variant.image-prompt",
  prompt: "label.variant.prompt",
} as const satisfies Readonly<Record<Variant, Sentence>>;

const SUBJECTS: Readonly<Record<Subject, Sentence>> = { ...VARIANTS, ...PATHS };

export const variantLabel = (variant: Variant): string => say(VARIANTS[variant]);

/** The same as the paper words it, for those who compare and for those who want to know exactly. */
export const paperLabel = (variant: Variant): string =>
  variant === "inst" ? say("label.paper.inst") : variantLabel(variant);

/** A variant, or a style path as it is told at a reveal. */
export const subjectLabel = (subject: Subject): string => say(SUBJECTS[subject]);

/** The same, variants as the paper words them. */
export const paperSubjectLabel = (subject: Subject): string =>
  subject === "inst" ? say("label.paper.inst") : subjectLabel(subject);
