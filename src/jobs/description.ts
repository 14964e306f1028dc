/** Where a job's description comes from, and which words are the person's own. */
import { createHash } from "node:crypto";

import { needsDescription } from "../variant.ts";
import type { Job } from "./job.ts";
import type { CaptionRepository } from "./repositories.ts";

/** Describer of a description that a person wrote. */
export const BY_USER = "user";

/** A description, and who wrote it. */
export interface Description {
  readonly text: string;
  readonly describer: string;
}

/**
 * The words that a job is painted by, a describer's apart from the person's own. None for `inst`, which paints the same
 * whether the style was described before or not.
 */
export function paintingWords({ variant, description, describer, request }: Job): {
  readonly description: string | null;
  readonly ownWords: readonly string[];
} {
  if (variant !== null && !needsDescription(variant)) return { description: null, ownWords: [] };
  const extra = request.extraPrompt?.trim() ? [request.extraPrompt] : [];
  if (describer !== BY_USER) return { description, ownWords: extra };
  return { description: null, ownWords: description === null ? extra : [description, ...extra] };
}

/** Cache key of the instruction to the captioner and of its preprocessing. `undefined`: the captioner's own. */
export const promptHash = (prompt?: string, faithful = false): string =>
  createHash("sha256")
    .update(JSON.stringify([prompt ?? null, faithful]))
    .digest("hex")
    .slice(0, 16);

/**
 * The description that needs no engine: the person's own text, else the parent's (a rerun of the same style is described in
 * the same words, whatever captioner is installed by now), else the cached one of `describer`; `null` when there is none.
 */
export async function knownDescription(
  job: Job,
  parent: Job | null,
  describer: string | null,
  captions: CaptionRepository,
): Promise<Description | null> {
  const { description, style } = job.request;
  if (description?.trim()) return { text: description.trim(), describer: BY_USER };
  const cached = async (id: string): Promise<Description | null> => {
    const text = await captions.find({ styleSha256: style.sha256, describer: id, promptHash: promptHash() });
    return text === null ? null : { text, describer: id };
  };
  if (parent && parent.describer !== null && parent.request.style.sha256 === style.sha256) {
    const { describer: by, description: words } = parent;
    const found = by === BY_USER ? words !== null && { text: words, describer: BY_USER } : await cached(by);
    if (found) return found;
  }
  return describer === null ? null : cached(describer);
}
