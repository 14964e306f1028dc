/** What people know what is judged by: variants, and style paths as they are told at a reveal. */
import { type Variant, VARIANTS } from "../../variant.ts";
import type { Subject } from "../../votes/ballot.ts";
import { say } from "../../words/say.ts";
import { paperLabel, variantLabel } from "./variants.ts";

const isVariant = (subject: Subject): subject is Variant => (VARIANTS as readonly Subject[]).includes(subject);

export const subjectLabel = (subject: Subject): string =>
  isVariant(subject) ? variantLabel(subject) : say(`style-path.${subject}`);

/** The same, variants as the paper words them. */
export const paperSubjectLabel = (subject: Subject): string =>
  isVariant(subject) ? paperLabel(subject) : subjectLabel(subject);
