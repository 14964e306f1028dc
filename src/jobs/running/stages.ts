/** The two stages of a job: preparing (variant, description) and stylizing. What any adapter of the queue runs. */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Blend } from "../../blend.ts";
import { CancelledError, messageOf, UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { needsDescription, type Variant } from "../../variant.ts";
import type { ChooseVariant } from "../choose-variant.ts";
import { knownDescription, paintingWords, promptHash, wordsOf, wordsWanted } from "../description.ts";
import type { BlendedTaskStyle, DescribeReply, Engine } from "../engine.ts";
import { enginePicture } from "../engine-picture.ts";
import type { JobStage } from "../events.ts";
import { isSettled, type Job, type JobBlend, type Painter, type PictureRef, serverOf } from "../job.ts";
import type { FaceVerdict, Repositories } from "../repositories.ts";
import { stylesOf } from "../request-styles.ts";
import { TOKEN_EXTENSION } from "../style.ts";
import type { Tasks } from "../tasks.ts";
import type { StageHistory } from "./stage-history.ts";
import type { TrackedJob } from "./tracked-job.ts";
import type { WorkFolders } from "./work-folders.ts";

export interface StageParts {
  readonly engine: Engine;
  /** What is described and looked at while somebody else asks for the same is done once. */
  readonly tasks: Pick<Tasks, "describe" | "findFaces">;
  readonly repositories: Repositories;
  readonly chooseVariant: ChooseVariant;
  readonly history: StageHistory;
  /** For previews and unfinished results. */
  readonly folders: WorkFolders;
  /** Where others may paint as well: who paints here. */
  readonly painter?: Painter;
  readonly log: Logger;
}

/** Whether a job still has something to prepare before it can be painted. */
export const needsPreparing = ({ job }: TrackedJob): boolean =>
  job.variant === null || (lacksWords(job) && needsDescription(job.variant));

const lacksWords = (job: Job): boolean => wordsOf(job).length < wordsWanted(job);

/** Chooses the variant and finds or makes the description of each style. Asks the engine only for what nobody knows yet. */
export async function prepare(tracked: TrackedJob, parts: StageParts): Promise<void> {
  const startedAt = performance.now();
  const variant = tracked.job.variant ?? (await chooseVariant(tracked, parts));
  if (lacksWords(tracked.job)) await findDescriptions(tracked, variant, parts);
  tracked.preparationSeconds = secondsSince(startedAt);
}

async function chooseVariant(tracked: TrackedJob, parts: StageParts): Promise<Variant> {
  const { request } = tracked.job;
  if (request.variant !== "auto") {
    await tracked.amend({ variant: request.variant, variantReason: null });
    return request.variant;
  }
  const face = await lookForFaces(tracked, parts);
  // The reason is written down as it is said here.
  const { variant, reason } = await parts.chooseVariant(tracked.job, face);
  await tracked.amend({ variant, variantReason: reason });
  return variant;
}

/** A picture is never refused because its faces could not be found: the choice is then made without. */
async function lookForFaces(
  tracked: TrackedJob,
  { tasks, repositories, log }: StageParts,
): Promise<FaceVerdict | null> {
  const { sha256 } = tracked.job.request.content;
  const known = await repositories.pictures.faceVerdict(sha256);
  if (known) return known;
  try {
    const verdict: FaceVerdict = {
      ...(await tasks.findFaces(tracked.job.request.content)),
      source: "detector",
    };
    await tracked.lasting(() => repositories.pictures.saveFaceVerdict(sha256, verdict));
    return verdict;
  } catch (error) {
    if (error instanceof CancelledError || error instanceof UserError) throw error;
    log.warn({ job: tracked.job.id, error: messageOf(error) }, "faces could not be looked for");
    return null;
  }
}

/** One style after the other; what was found before the process went down is not looked for again. */
async function findDescriptions(tracked: TrackedJob, variant: Variant, parts: StageParts): Promise<void> {
  const { engine, repositories } = parts;
  const { parentId } = tracked.job.request;
  const parent = parentId === null ? null : await repositories.jobs.get(parentId);
  const describerId = engine.info?.describer ?? null;
  for (let n = wordsOf(tracked.job).length; n < wordsWanted(tracked.job); n++) {
    const known = await knownDescription(tracked.job, n, parent, describerId, repositories.captions);
    if (!known && !needsDescription(variant)) return;
    const { picture } = stylesOf(tracked.job.request)[n]!;
    const { text, describer, note }: DescribeReply = known ?? (await describe(tracked, picture, parts));
    const { otherWords } = tracked.job;
    const patch = n === 0 ? { description: text, describer } : { otherWords: [...otherWords, { text, describer }] };
    const job = await tracked.amend(patch);
    tracked.tell({ type: "description", job, text, done: true, ...(note !== undefined && { note }) });
  }
}

async function describe(tracked: TrackedJob, style: PictureRef, parts: StageParts): Promise<DescribeReply> {
  const { tasks, repositories } = parts;
  if (tracked.stage !== "caption") await begin("caption", tracked, parts);
  const startedAt = performance.now();
  // Another try is another attempt at the job.
  const reply = await tasks.describe(style, { signal: tracked.signal, onNews: tracked.hear, tries: 1 });
  tracked.captionSeconds += secondsSince(startedAt);
  const key = { styleSha256: style.sha256, describer: reply.describer, promptHash: promptHash() };
  await tracked.lasting(() => repositories.captions.save(key, reply.text));
  return reply;
}

/** Paints, and puts the result in the picture store. The job is `done` afterwards. */
export async function stylize(tracked: TrackedJob, parts: StageParts): Promise<void> {
  const { engine, repositories } = parts;
  await begin("stylize", tracked, parts);
  const { id, request, variant } = tracked.job;
  if (variant === null) throw new TypeError(`The variant of job ${id} was not chosen`);
  const folder = parts.folders.of(id);
  const startedAt = performance.now();
  await mkdir(folder, { recursive: true });
  const { others, ...words } = paintingWords(tracked.job);
  const reply = await engine.stylize(
    {
      content: await enginePicture(repositories.files, request.content),
      style: await enginePicture(repositories.files, request.style),
      variant,
      ...words,
      settings: {
        strength: request.strength,
        seed: request.seed,
        size: request.size,
        steps: request.steps,
        guidance: request.guidance,
        stylePath: request.stylePath,
        faithful: false,
        keepColors: request.keepColors,
        speed: request.speed,
        loras: request.loras,
        ...(request.hd && { hd: true }),
      },
      tokenPath: await tokenPath(tracked, request.style, parts),
      ...(request.blend && { blend: await blendTask(tracked, request.blend, others, parts) }),
      outputPath: path.join(folder, "result.png"),
      previewDir: folder,
    },
    { signal: tracked.signal, onNews: tracked.hear },
  );
  const stylizeSeconds = secondsSince(startedAt);
  const bytes = await readFile(reply.outputPath);
  const { sha256 } = await tracked.lasting(() => repositories.files.put(bytes, "png"), { bytes: bytes.length });
  const picture: PictureRef = { sha256, width: reply.width, height: reply.height, name: `${id}.png`, notes: [] };
  const { engine: by, stylePath, contours, steps, guidance, stepCache = null, unetRows } = reply;
  const told = { ...(contours !== undefined && { contours }), ...(unetRows !== undefined && { unetRows }) };
  const how = { engine: by, stylePath, steps, guidance, stepCache, ...told };
  const seconds = {
    caption: tracked.captionSeconds,
    stylize: stylizeSeconds,
    total: tracked.preparationSeconds + secondsSince(startedAt),
  };
  const result = { picture, variant, ...how, ...(parts.painter && { painter: parts.painter }), seconds };
  try {
    await tracked.move("done", { result, settledAt: Date.now() });
  } catch (error) {
    if (error instanceof CancelledError) await takeBack(tracked, sha256, parts);
    throw error;
  }
}

/** A job that was stopped, or erased, in the last moment leaves no result. Whoever took it over may come to the same one. */
async function takeBack({ job: { id } }: TrackedJob, sha256: string, { repositories }: StageParts): Promise<void> {
  const row = await repositories.jobs.get(id);
  const isOver = row === null || (isSettled(row.state) && row.state !== "done");
  if (isOver && (await repositories.pictures.forget(sha256))) await repositories.files.remove(sha256, "png");
}

async function blendTask(
  tracked: TrackedJob,
  { weight, others }: JobBlend,
  words: readonly (string | null)[],
  parts: StageParts,
): Promise<Blend<BlendedTaskStyle>> {
  const styles = others.map(async ({ picture, weight: share }, n) => ({
    picture: await enginePicture(parts.repositories.files, picture),
    description: words[n] ?? null,
    tokenPath: await tokenPath(tracked, picture, parts),
    weight: share,
  }));
  return { weight, others: await Promise.all(styles) };
}

/** The file of the token that the server has for a style. */
async function tokenPath({ job }: TrackedJob, style: PictureRef, { repositories }: StageParts): Promise<string | null> {
  const guildId = serverOf(job.request);
  const sha256 = guildId === null ? null : await repositories.styles?.tokenFor(guildId, style.sha256);
  return sha256 ? repositories.files.local(sha256, TOKEN_EXTENSION) : null;
}

const begin = (stage: JobStage, tracked: TrackedJob, { history, engine }: StageParts): Promise<void> =>
  tracked.beginStage(stage, history.estimate(stage, tracked.job, engine.info));

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;
