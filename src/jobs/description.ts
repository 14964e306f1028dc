/** Where a job's description comes from, and which words are the person's own. */
import { createHash } from "node:crypto";

import { needsDescription } from "../variant.ts";
import type { Job, JobRequest, StyleWords } from "./job.ts";
import type { CaptionRepository } from "./repositories.ts";
import { isSameStyle, stylesOf } from "./request-styles.ts";

/** Describer of a description that a person wrote. */
export const BY_USER = "user";

/** The words of a job's styles, as far as they are known. Where a person's own stand for all of a blend, these alone. */
export const wordsOf = ({ description, describer, otherWords }: Omit<Worded, "request">): readonly StyleWords[] =>
  description === null ? [] : [{ text: description, describer: describer ?? BY_USER }, ...otherWords];

type Worded = Pick<Job, "description" | "describer" | "otherWords" | "request">;

/** How many words a job's styles have when all are known. */
export const wordsWanted = ({ request }: Pick<Job, "request">): number =>
  ownDescription(request) === null ? stylesOf(request).length : 1;

/** What a person wrote in place of all descriptions. */
const ownDescription = ({ description }: Pick<JobRequest, "description">): string | null => description?.trim() || null;

/** The words that a picture is painted by, a describer's apart from the person's own. */
interface JobWords {
  readonly description: string | null;
  readonly ownWords: readonly string[];
  /** Of the further styles of a blend, in their order. */
  readonly others: readonly (string | null)[];
}

/**
 * The words that a job is painted by, a describer's apart from the person's own. None for `inst`, which paints the same
 * whether the style was described before or not. In a blend the words of whoever saved a style stand for that style alone.
 */
export function paintingWords(job: Worded & Pick<Job, "variant">): JobWords {
  const { variant, describer, request } = job;
  const none = (request.blend?.others ?? []).map(() => null);
  if (variant !== null && !needsDescription(variant)) return { description: null, ownWords: [], others: none };
  const extra = request.extraPrompt?.trim() ? [request.extraPrompt] : [];
  const [first = null, ...others] = wordsOf(job).map(({ text }) => text);
  const isOwn = request.blend ? ownDescription(request) !== null : describer === BY_USER;
  if (isOwn) return { description: null, ownWords: first === null ? extra : [first, ...extra], others: none };
  return { description: first, ownWords: extra, others: none.map((_, n) => others[n] ?? null) };
}

/** Cache key of the instruction to the captioner and of its preprocessing. `undefined`: the captioner's own. */
export const promptHash = (prompt?: string, faithful = false): string =>
  createHash("sha256")
    .update(JSON.stringify([prompt ?? null, faithful]))
    .digest("hex")
    .slice(0, 16);

/**
 * The words of a job's `n`th style that need no engine: a person's own, else the parent's (a rerun of the same style is
 * described in the same words, whatever captioner is installed by now), else the cached ones of `describer`; `null` when
 * there are none.
 */
export async function knownDescription(
  job: Job,
  n: number,
  parent: Job | null,
  describer: string | null,
  captions: CaptionRepository,
): Promise<StyleWords | null> {
  const { request } = job;
  const style = stylesOf(request)[n]!;
  const own = ownDescription(request) ?? ownDescription(style);
  if (own !== null) return { text: own, describer: BY_USER };
  const { sha256 } = style.picture;
  const cached = async (id: string): Promise<StyleWords | null> => {
    const text = await captions.find({ styleSha256: sha256, describer: id, promptHash: promptHash() });
    return text === null ? null : { text, describer: id };
  };
  const before = parent && isSameStyle(parent.request, request) ? wordsOf(parent)[n] : undefined;
  if (before?.describer === BY_USER) {
    // What somebody wrote for a whole blend says nothing of one of its styles.
    if (!request.blend) return before;
  } else if (before) {
    const found = await cached(before.describer);
    if (found) return found;
  }
  return describer === null ? null : cached(describer);
}
