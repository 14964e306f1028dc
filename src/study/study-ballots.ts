/**
 * What people said of a study's pictures. It lies in the study's folder as `ballots.json`: one entry for each ranking that
 * somebody gave, the latest of a person and pair counts.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { messageOf, UserError } from "../errors.ts";
import { type AnswersMark, answersMark } from "./out-of-date.ts";

const BALLOTS_FILE = "ballots.json";
const FORMAT = "atelier-study-ballots";
/** A field that others may rely on changes with it. */
const VERSION = 1;

const ballot = z
  .object({
    /** The same for all rankings of a person, and says nothing of who it is: a number drawn for the study, or a keyed hash. */
    person: z.string().min(1),
    /** The pair, by the names that the manifest has for its content and its style. */
    content: z.string(),
    style: z.string(),
    /** Of the pictures that were shown, where a study has several for a pair; `null` where it has one. */
    seed: z.int().nonnegative().nullable(),
    /** Candidates by the manifest's `id`, in the order in which they stood: A, B, C. At least two. */
    shown: z.array(z.string()).min(2),
    /** The same candidates, the best first. */
    ranking: z.array(z.string()),
    /** From when the pictures could be seen until the ranking was complete. */
    seconds: z.number().nonnegative(),
    /**
     * `none`: a ranking that counts. `passed`, `failed`: the pair was shown to see whether somebody looks, with an answer
     * that nobody who looks can miss; it says nothing of the candidates and counts in no table.
     */
    check: z.enum(["none", "passed", "failed"]),
    /** When it was complete, Unix milliseconds; those of one person are in order by it, and may be shifted by one amount. */
    at: z.number(),
  })
  .refine(({ shown, ranking }) => [...shown].sort().join("\n") === [...ranking].sort().join("\n"), {
    message: "a ranking has to hold all that was shown, each once",
  })
  .refine(({ shown }) => new Set(shown).size === shown.length, { message: "something was shown twice" });

const ballotsSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Where people of a server said it; absent of others' files, and of those before it was noted. */
  answers: answersMark.exactOptional(),
  ballots: z.array(ballot),
});

export type StudyBallot = z.infer<typeof ballot>;

/** What a file of ballots holds. */
export interface StudyBallots {
  readonly ballots: readonly StudyBallot[];
  readonly answers?: AnswersMark;
}

/** All of `ballots.json`. */
export const ballotsFile = (ballots: readonly StudyBallot[], answers?: AnswersMark): string =>
  `${JSON.stringify({ format: FORMAT, version: VERSION, ...(answers && { answers }), ballots }, null, 1)}\n`;

/**
 * The ballots of the study in a folder; `null` where there are none yet.
 *
 * @throws UserError where the file is not one that this version knows
 */
export async function readBallots(folder: string): Promise<StudyBallots | null> {
  const text = await readFile(path.join(folder, BALLOTS_FILE), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  return text === null ? null : parseBallots(text, `${BALLOTS_FILE} in ${folder}`);
}

/** @param what names the file, for people. @throws UserError as `readBallots` */
export function parseBallots(text: string, what: string): StudyBallots {
  try {
    return ballotsSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new UserError("ballots-unreadable", `${what} holds no ballots that this version of Atelier knows: ${why}`, {
      cause,
    });
  }
}
