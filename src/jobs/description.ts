/** Where a job's description comes from, and how the person's own words join it. */
import { createHash } from "node:crypto";

import type { Job } from "./job.ts";
import type { CaptionRepository } from "./repositories.ts";

/** Describer of a description that a person wrote. */
export const BY_USER = "user";

/** A description before extra words are added, and who wrote it. */
export interface Base {
  readonly text: string;
  readonly describer: string;
}

/**
 * The description a picture is painted with: the base, then the person's extra words as sentences of their own.
 *
 * @returns `null` when there are neither
 */
export function composeDescription(base: string | null, extraPrompt: string | null): string | null {
  const parts = [base, extraPrompt].map((part) => part?.trim() ?? "").filter((part) => part !== "");
  if (parts.length === 0) return null;
  return parts.map((part, n) => (n < parts.length - 1 && !/[.!?…]$/.test(part) ? `${part}.` : part)).join(" ");
}

/** Cache key of the instruction to the captioner and of its preprocessing. `undefined`: the captioner's own. */
export const promptHash = (prompt?: string, faithful = false): string =>
  createHash("sha256")
    .update(JSON.stringify([prompt ?? null, faithful]))
    .digest("hex")
    .slice(0, 16);

/**
 * The base that needs no engine: the person's own text, else the parent's (a rerun of the same style is described in
 * the same words, whatever captioner is installed by now), else the cached one of `describer`; `null` when there is none.
 */
export async function knownDescription(
  job: Job,
  parent: Job | null,
  describer: string | null,
  captions: CaptionRepository,
): Promise<Base | null> {
  const { description, style } = job.request;
  if (description?.trim()) return { text: description, describer: BY_USER };
  const cached = async (id: string): Promise<Base | null> => {
    const text = await captions.find({ styleSha256: style.sha256, describer: id, promptHash: promptHash() });
    return text === null ? null : { text, describer: id };
  };
  if (parent && parent.describer !== null && parent.request.style.sha256 === style.sha256) {
    const words = parent.request.description;
    const base =
      parent.describer === BY_USER ? words?.trim() && { text: words, describer: BY_USER } : cached(parent.describer);
    const found = await base;
    if (found) return found;
  }
  return describer === null ? null : cached(describer);
}
