/** What style paths need that take a learned token: each style learned once, as `/style learn` does, and kept in the study's store. */
import { CancelledError, EngineError, publicMessageOf, UserError } from "../errors.ts";
import { newJobId } from "../jobs/job-id.ts";
import { learnStyle } from "../jobs/style-lesson.ts";
import type { Repositories } from "../jobs/repositories.ts";
import { type StyleRepository, TOKEN_EXTENSION } from "../jobs/style.ts";
import type { Tasks } from "../jobs/tasks.ts";
import { waysOf } from "../painting.ts";
import { untilRoom } from "../room.ts";
import { readInversionState } from "../stylize/diffusion/inversion-state.ts";
import { encodeTokenFile, readTokenFile, tokenFrom } from "../stylize/diffusion/token-file.ts";
import type { LearnedToken, Manifest, Source } from "./manifest.ts";
import type { Pace } from "./pace.ts";
import { refOf, STUDY } from "./paint-pictures.ts";
import type { PlannedPicture } from "./places.ts";

export type StudyRepositories = Repositories & { readonly styles: StyleRepository };

/** Styles that a candidate of the study takes a token of, each once. */
export const stylesToLearn = (pictures: readonly PlannedPicture[]): Source[] => [
  ...new Set(
    pictures
      .filter(({ candidate }) => candidate.kind === "path" && waysOf(candidate.stylePath).token)
      .map(({ pair }) => pair.style),
  ),
];

interface LearnParts {
  readonly tasks: Tasks;
  readonly repositories: StudyRepositories;
  readonly settings: Manifest["settings"];
  readonly pace: Pick<Pace, "learns" | "held">;
}

/**
 * Learns what is not learned yet, one after the other; a run that was stopped goes on from the last minute's state.
 *
 * @returns why a style could not be learned, by its picture's sha256
 * @throws CancelledError
 */
export async function learnStyles(
  styles: readonly Source[],
  parts: LearnParts,
  { signal }: { readonly signal: AbortSignal },
): Promise<Map<string, string>> {
  const { tasks, repositories, pace } = parts;
  const failed = new Map<string, string>();
  for (const style of styles) {
    if (await repositories.styles.tokenFor(STUDY, style.sha256)) continue;
    try {
      await untilRoom(() => learnOne(style, parts, signal), {
        folder: tasks.folder,
        signal,
        onHeld: (by) => pace.held(by !== null),
      });
    } catch (error) {
      if (error instanceof CancelledError || !(error instanceof UserError || error instanceof EngineError)) throw error;
      failed.set(style.sha256, `its style could not be learned: ${publicMessageOf(error)}`);
    }
  }
  if (styles.length > 0) pace.learns(null);
  return failed;
}

async function learnOne(
  style: Source,
  { tasks, repositories, settings, pace }: LearnParts,
  signal: AbortSignal,
): Promise<void> {
  const { name, sha256 } = style;
  const wanted = {
    id: sha256,
    pictureSha256: sha256,
    description: null,
    resultSize: settings.size,
    maxSteps: settings.learnSteps ?? null,
  };
  await learnStyle({ tasks, store: repositories }, wanted, {
    signal,
    onNews: (news) => news.type === "progress" && pace.learns({ style: name, step: news.step, steps: news.steps }),
  });
  const state = await readInversionState(await tasks.reached(sha256));
  const { sha256: tokenSha256 } = await repositories.files.put(
    encodeTokenFile(tokenFrom(state, name)),
    TOKEN_EXTENSION,
  );
  await repositories.styles.insert({
    id: newJobId(),
    guildId: STUDY,
    // Names may look alike; hashes do not.
    name: sha256,
    ownerId: STUDY,
    picture: refOf(style),
    description: state.description,
    tokenSha256,
    createdAt: Date.now(),
  });
  await tasks.forget(sha256);
}

/** With what has been learned of them. */
export const withTokens = (
  styles: Manifest["styles"],
  { styles: library, files }: StudyRepositories,
): Promise<Manifest["styles"]> =>
  Promise.all(
    styles.map(async (style) => {
      const sha256 = await library.tokenFor(STUDY, style.sha256);
      if (sha256 === null) return { ...style, token: null };
      const { about } = await readTokenFile(await files.local(sha256, TOKEN_EXTENSION), style.name);
      const token: LearnedToken = { sha256, steps: about.steps ?? 0, loss: about.loss ?? 0 };
      return { ...style, token };
    }),
  );
