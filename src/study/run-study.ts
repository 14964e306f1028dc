/**
 * Paints a study: every pair by every candidate, each picture once however often the run is stopped or killed.
 *
 * What was painted is known from the jobs in the study's own store; the manifest and its pictures are made from these.
 */
import { UserError } from "../errors.ts";
import type { DecodeLimits } from "../images/decode.ts";
import { promptHash } from "../jobs/description.ts";
import type { EngineInfo } from "../jobs/engine.ts";
import type { Job, PictureRef } from "../jobs/job.ts";
import type { Repositories } from "../jobs/repositories.ts";
import type { Tasks } from "../jobs/tasks.ts";
import { waysOf } from "../painting.ts";
import { controlPicture } from "./controls.ts";
import { Gathered } from "./gathered.ts";
import { repeatableWords } from "./machines.ts";
import { type Manifest, newManifest, type StudyPlan, writeManifest } from "./manifest.ts";
import { Pace, type StudyProgress } from "./pace.ts";
import { learnStyles, type StudyRepositories, stylesToLearn, withTokens } from "./learn-styles.ts";
import {
  forgetUnsettled,
  keyOf,
  type Order,
  orderFor,
  paintedBefore,
  paintPictures,
  type StudyQueue,
} from "./paint-pictures.ts";
import type { PlannedPicture } from "./places.ts";
import type { PreparedStudy } from "./prepare-study.ts";
import { expectSameStudy } from "./same-study.ts";
import { readSource } from "./sources.ts";

/** An engine that has started, and the queue that asks it. */
export interface Studio {
  readonly info: EngineInfo;
  readonly queue: StudyQueue;
  readonly tasks: Tasks;
  /** Pictures that are painted at once. */
  readonly concurrency: number;
  /** Where engines have pictures of their own: lets them see one of the study's store. */
  readonly lend?: (picture: Pick<PictureRef, "sha256" | "width" | "height">) => Promise<void>;
  /** @throws UserError where a picture was painted otherwise than the study is */
  readonly accept?: (job: Job) => void;
}

export interface StudyParts {
  /** Of the study alone. */
  readonly repositories: StudyRepositories;
  /** The engine that the study is about, and the embedded one; started when they are asked for. */
  readonly studio: (engine: "own" | "embedded") => Promise<Studio>;
  /** What the manifest says besides. */
  readonly about: Pick<StudyPlan, "atelier" | "weights"> & {
    readonly engine: Omit<StudyPlan["engine"], "stylizer" | "describer">;
    readonly machine: Omit<StudyPlan["machine"], "device">;
  };
  /** Of the pictures, as for uploads. */
  readonly limits?: Partial<DecodeLimits>;
}

export interface StudyHooks {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: StudyProgress) => void;
}

/** All pictures that one job stands for. */
interface Wish {
  readonly order: Order;
  readonly pictures: PlannedPicture[];
}

/**
 * Runs a study to its end, or goes on with it. What cannot be painted is in the manifest with its reason, and is tried again
 * by the next run.
 *
 * @throws UserError where another study is in the folder, or one of its pictures was changed; CancelledError. What is done
 * by then stays, and the manifest says so.
 */
export async function runStudy(study: PreparedStudy, parts: StudyParts, hooks: StudyHooks): Promise<Manifest> {
  const { order, before, pictures } = study;
  const { repositories } = parts;
  const own = await parts.studio("own");
  if (order.paths.length > 0 && own.info.stylizer === "embedded")
    throw new UserError(
      "paths-need-diffusion",
      "Style paths are ways of Stable Diffusion, and the embedded engine has one way only. Leave --paths out, or install it with: atelier models install stable-diffusion-v1-4",
    );
  const lessons = stylesToLearn(pictures);
  const refusal = lessons.length > 0 && own.tasks.whyNoLearning();
  if (refusal) throw refusal;
  const plan = planOf(study, parts, own.info);
  if (before) expectSameStudy(before, plan);
  await writeManifest(
    order.out,
    before ? { ...before, ...withKnown(plan, before), complete: false } : newManifest(plan),
  );
  await storeSources(study, parts);
  await forgetUnsettled(repositories);
  for (const each of study.contents.pictures) await own.lend?.(each);
  await own.queue.resume();
  const contents = await withFaces(plan.contents, own.tasks, repositories);

  const gathered = new Gathered(order.out, repositories.files);
  const pace = new Pace(pictures.length, (progress) => hooks.onProgress?.(progress));
  const listed = async (): Promise<Manifest> => {
    const styles = await withTokens(
      await withDescriptions(plan.styles, own.info.describer, repositories),
      repositories,
    );
    const known = gathered.listed(pictures);
    const { processor = "unknown processor", ...machine } = plan.machine;
    const repeatable = repeatableWords(known.machines ?? [], { ...machine, processor });
    return { ...newManifest({ ...plan, contents, styles }), repeatable, ...known };
  };
  try {
    const { controls, wishes } = sorted(study, own.info);
    const known = await paintedBefore(repositories);
    for (const [key, { pictures: wanted }] of wishes) {
      const job = known.get(key);
      if (!job) continue;
      for (const each of wanted) {
        await gathered.painted(each, job);
        pace.found();
      }
      wishes.delete(key);
    }
    for (const each of controls) {
      hooks.signal.throwIfAborted();
      await addControl(each, study, repositories, gathered);
      pace.found();
    }
    const notLearned = await learnStyles(
      lessons,
      { tasks: own.tasks, repositories, settings: plan.settings, pace },
      hooks,
    );
    for (const [key, { order: asked, pictures: wanted }] of wishes) {
      const why = waysOf(asked.request.stylePath).token && notLearned.get(asked.request.style.sha256);
      if (!why) continue;
      for (const each of wanted) gathered.failed(each, why);
      wishes.delete(key);
    }
    pace.begin();
    const onSettled = async (asked: Order, job: Job): Promise<void> => {
      if (asked.engine === own.info.stylizer) own.accept?.(job);
      for (const each of wishes.get(keyOf(asked))!.pictures) {
        await gathered.settled(each, asked, job);
        pace.painted();
      }
    };
    const onHeld = (isHeld: boolean): void => pace.held(isHeld);
    const all = [...wishes.values()].map((wish) => wish.order);
    for (const isOwn of [true, false]) {
      const orders = all.filter(({ engine }) => (engine === own.info.stylizer) === isOwn);
      if (orders.length === 0) continue;
      const { queue, concurrency } = isOwn ? own : await parts.studio("embedded");
      if (!isOwn) await queue.resume();
      await paintPictures(orders, { queue, concurrency, signal: hooks.signal, onSettled, onHeld });
    }
  } catch (error) {
    await writeManifest(order.out, await listed());
    throw error;
  }
  const manifest = await listed();
  await writeManifest(order.out, manifest);
  return manifest;
}

function planOf(
  { order, contents, styles, candidates, pairs }: PreparedStudy,
  { about }: StudyParts,
  info: EngineInfo,
): StudyPlan {
  const { stylizer, describer, device } = info;
  return {
    ...about,
    engine: { ...about.engine, stylizer, describer },
    machine: { ...about.machine, device },
    settings: order.settings,
    candidates: [...candidates],
    seeds: [...order.seeds],
    contents: contents.pictures.map((source) => ({ ...source, face: null })),
    styles: styles.pictures.map((source) => ({ ...source, description: null, token: null })),
    pairs: pairs.map(({ content, style }) => ({ content: content.name, style: style.name })),
    leftOut: [...contents.leftOut, ...styles.leftOut],
  };
}

/** With what an earlier run found out of its pictures, until that is looked up again. */
const withKnown = (plan: StudyPlan, { contents, styles }: Manifest): StudyPlan => ({
  ...plan,
  contents: plan.contents.map((each) => ({
    ...each,
    face: contents.find(({ name }) => name === each.name)?.face ?? null,
  })),
  styles: plan.styles.map((each) => ({
    ...each,
    description: styles.find(({ name }) => name === each.name)?.description ?? null,
    token: styles.find(({ name }) => name === each.name)?.token ?? null,
  })),
});

/** Puts all pictures that are not there yet into the store. */
async function storeSources(
  { order, contents, styles }: PreparedStudy,
  { repositories, limits = {} }: StudyParts,
): Promise<void> {
  const { files, pictures } = repositories;
  for (const [folder, role, sources] of [
    [order.contents, "content", contents],
    [order.styles, "style", styles],
  ] as const)
    for (const source of sources.pictures) {
      if (!(await files.has(source.sha256))) await files.put(await readSource(folder, role, source, limits), "png");
      await pictures.remember(source);
    }
}

async function withFaces(
  contents: StudyPlan["contents"],
  tasks: Studio["tasks"],
  { pictures }: Repositories,
): Promise<StudyPlan["contents"]> {
  const seen: StudyPlan["contents"] = [];
  for (const content of contents) {
    const { sha256 } = content;
    let verdict = await pictures.faceVerdict(sha256);
    if (!verdict) {
      verdict = { ...(await tasks.findFaces({ sha256 })), source: "detector" };
      await pictures.saveFaceVerdict(sha256, verdict);
    }
    seen.push({ ...content, face: verdict.prominent });
  }
  return seen;
}

/** As the describer of the study has them; another one that took over is named with each picture. */
const withDescriptions = (
  styles: StudyPlan["styles"],
  describer: string,
  { captions }: Repositories,
): Promise<StudyPlan["styles"]> =>
  Promise.all(
    styles.map(async (style) => {
      const text = await captions.find({ styleSha256: style.sha256, describer, promptHash: promptHash() });
      return { ...style, description: text === null ? null : { text, describer } };
    }),
  );

/** What nobody paints, and by their keys what has to be asked for. */
function sorted({ order, pictures }: PreparedStudy, { stylizer }: EngineInfo) {
  const controls: PlannedPicture[] = [];
  const wishes = new Map<string, Wish>();
  for (const picture of pictures) {
    const asked = orderFor(picture, stylizer, order.settings);
    const wish = asked && wishes.get(keyOf(asked));
    if (wish) wish.pictures.push(picture);
    else if (asked) wishes.set(keyOf(asked), { order: asked, pictures: [picture] });
    else controls.push(picture);
  }
  return { controls, wishes };
}

async function addControl(
  picture: PlannedPicture,
  { order, before }: PreparedStudy,
  { files }: Repositories,
  gathered: Gathered,
): Promise<void> {
  const { candidate, pair, file } = picture;
  if (candidate.kind !== "control" || candidate.control === "embedded") return;
  const known = before?.pictures.find((each) => each.file === file);
  if (known && (await files.has(known.sha256))) return gathered.control(picture, known);
  const { image, png } = await controlPicture(candidate.control, {
    content: await files.local(pair.content.sha256),
    style: await files.local(pair.style.sha256),
    size: order.settings.size,
  });
  const { sha256 } = await files.put(png, "png");
  await gathered.control(picture, { sha256, width: image.width, height: image.height });
}
