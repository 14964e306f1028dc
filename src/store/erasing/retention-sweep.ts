/** Erases what has been kept long enough, what the disk has no room for, and files to which nothing refers. */
import { SETTLED_STATES } from "../../jobs/job.ts";
import { isFirst, type Shard, WHOLE } from "../../shard.ts";
import { EXTENSIONS, type FileKind } from "./discard-file.ts";
import { isBeingCompared } from "./erase-jobs.ts";
import { isHeld } from "./erase-picture.ts";
import { surveysOf } from "./erase-surveys.ts";
import { knownServers } from "./erase-server.ts";
import { sweepFolders } from "./sweep-folders.ts";
import type { Eraser } from "./eraser.ts";
import { isOf } from "../ownership.ts";
import { isOfServer } from "../server-jobs.ts";
import type { Store } from "../store.ts";

const DAY_MS = 86_400_000;
/** People are told so long before the first sweep. */
export const NOTICE_MS = 14 * DAY_MS;
/** A server that the bot has left is erased so long afterwards, unless it comes back. */
export const LEFT_MS = 7 * DAY_MS;
/** Jobs that are looked up at once, and files. */
const BATCH = 100;
const GIGABYTE = 1e9;

export interface SweepOptions {
  readonly store: Pick<Store, "db" | "files" | "jobs" | "learnings" | "retention">;
  readonly dataDir: string;
  readonly eraser: Eraser;
  readonly shard: Shard;
  /** `RETENTION_DAYS` */
  readonly days: number;
  /** Most bytes of all files; `null`: as many as there are. */
  readonly maxBytes: number | null;
  readonly now: number;
  /** Called between pieces of work. @throws to break it off */
  readonly breathe: () => Promise<void>;
}

export interface Swept {
  readonly jobs: number;
  readonly files: number;
  readonly servers: number;
  /** Where pictures are kept is another installation's: what nobody refers to stays. */
  readonly isStrangers: boolean;
}

export const maxBytesOf = ({ MAX_STORE_GB: most }: { readonly MAX_STORE_GB?: number | undefined }): number | null =>
  most === undefined ? null : most * GIGABYTE;

/** Saved styles, comparisons and studies that are open, and jobs that are under way stay. */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const { store, eraser, shard, now } = options;
  let [jobs, servers] = [0, 0];
  for (const guildId of [null, ...(await knownServers(store.db, shard))]) {
    const left = guildId === null ? null : await store.retention.leftAt(guildId);
    if (guildId !== null && left !== null && now >= left + LEFT_MS) {
      await eraser.server(guildId);
      servers += 1;
    } else if (await mayBegin(guildId, options)) jobs += await sweepServer(guildId, options);
  }
  // The files are everybody's: one of several processes looks after them.
  if (!isFirst(shard)) return { jobs, files: 0, servers, isStrangers: false };
  await eraser.takeUp();
  await forgetStates(store);
  const isStrangers = !(await store.files.belongsTo(await store.retention.installation()));
  const { files, sizes } = await sweepFiles(options, isStrangers);
  jobs += await makeRoom(sizes, options);
  return { jobs, files: files + (await sweepFolders(options)), servers, isStrangers };
}

/** Whether the owner, and the managers of a server that has a channel for it, were told long enough ago. */
async function mayBegin(guildId: string | null, { store, now }: SweepOptions): Promise<boolean> {
  const { retention } = store;
  const owner = await retention.toldAt(null);
  if (owner === null || now < owner + NOTICE_MS) return false;
  if (owner === 0 || guildId === null || (await retention.logChannel(guildId)) === null) return true;
  const managers = await retention.toldAt(guildId);
  return managers !== null && now >= managers + NOTICE_MS;
}

const settledJobs = ({ store, shard }: SweepOptions) =>
  store.db
    .selectFrom("jobs")
    .select("id")
    .where("state", "in", SETTLED_STATES)
    .where((is) => is.not(isBeingCompared))
    .where(isOf(shard, "guild_id"))
    .orderBy("settled_at")
    .limit(BATCH);

async function sweepServer(guildId: string | null, options: SweepOptions): Promise<number> {
  const { store, eraser, now, days, breathe } = options;
  const chosen = guildId === null ? null : await store.retention.days(guildId);
  const before = now - Math.min(days, chosen ?? days) * DAY_MS;
  for (const id of guildId === null ? [] : await surveysOf(store.db, guildId, before)) {
    await eraser.survey(id);
    await breathe();
  }
  for (let erased = 0; ;) {
    const batch = await settledJobs(options).where(isOfServer(guildId)).where("settled_at", "<", before).execute();
    const so = erased;
    for (const { id } of batch) {
      if (await eraser.job(id)) erased += 1;
      await breathe();
    }
    if (batch.length < BATCH || erased === so) return erased;
  }
}

/** A worker that was not reached may have noted what a learning came to that is gone. */
const forgetStates = ({ db }: Pick<Store, "db">): Promise<unknown> =>
  db.deleteFrom("learning_states").where("learning_id", "not in", db.selectFrom("learnings").select("id")).execute();

const KINDS = new Map(Object.entries(EXTENSIONS).map(([kind, extension]) => [extension, kind as FileKind]));

/** @returns how many files to which nothing refers were erased, and the bytes of all others that are known or ours */
async function sweepFiles(
  options: SweepOptions,
  isStrangers: boolean,
): Promise<{ files: number; sizes: Map<string, number> }> {
  const { store, eraser, now, days, breathe } = options;
  const sizes = new Map<string, number>();
  let files = 0;
  for await (const batch of batches(store.files.list())) {
    const found = await findHeld(store, batch);
    for (const { sha256, extension, writtenAt, bytes } of batch) {
      const { isHeld: held, touchedAt } = found.get(sha256) ?? { isHeld: false, touchedAt: null };
      // What is known and not held may be described again, or be on its way into a job.
      const before = now - (touchedAt === null ? store.files.strayMs : Math.max(store.files.strayMs, days * DAY_MS));
      const kind = KINDS.get(extension);
      const isStray = !held && kind !== undefined && Math.max(writtenAt, touchedAt ?? 0) < before;
      if (isStray && (touchedAt !== null || !isStrangers)) {
        await eraser.stray(sha256, kind, before);
        files += 1;
      } else if (found.has(sha256) || !isStrangers) sizes.set(sha256, (sizes.get(sha256) ?? 0) + bytes);
    }
    await breathe();
  }
  return { files, sizes };
}

/** Erases jobs, oldest first, until the files fit. */
async function makeRoom(sizes: ReadonlyMap<string, number>, options: SweepOptions): Promise<number> {
  const { store, eraser, maxBytes, breathe } = options;
  if (maxBytes === null) return 0;
  let excess = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0) - maxBytes;
  for (let erased = 0; ;) {
    const so = erased;
    // The files are those of all servers, and so are the jobs.
    for (const { id } of excess > 0 ? await settledJobs({ ...options, shard: WHOLE }).execute() : []) {
      if (excess <= 0) break;
      const pictures = await eraser.job(id);
      if (pictures) erased += 1;
      for (const sha256 of pictures ?? []) if (!(await store.files.has(sha256))) excess -= sizes.get(sha256) ?? 0;
      await breathe();
    }
    if (erased === so) return erased;
  }
}

interface Known {
  readonly isHeld: boolean;
  /** When somebody came with it last, Unix milliseconds. */
  readonly touchedAt: number;
}

/** Of each file that the database knows: whether anything refers to it. */
async function findHeld(
  { db }: Pick<Store, "db">,
  batch: readonly { readonly sha256: string }[],
): Promise<ReadonlyMap<string, Known>> {
  const hashes = batch.map(({ sha256 }) => sha256);
  const pictures = await db
    .selectFrom("pictures")
    .select(["sha256", "touched_at", isHeld.as("held")])
    .where("sha256", "in", hashes)
    .execute();
  const tokens = await db.selectFrom("styles").select("token_sha256").where("token_sha256", "in", hashes).execute();
  const states = await db.selectFrom("learning_states").select("sha256").where("sha256", "in", hashes).execute();
  const named = [...states.map(({ sha256 }) => sha256), ...tokens.map(({ token_sha256: sha256 }) => sha256!)];
  return new Map<string, Known>([
    ...pictures.map(({ sha256, held, touched_at: touchedAt }) => [sha256, { isHeld: held, touchedAt }] as const),
    ...named.map((sha256) => [sha256, { isHeld: true, touchedAt: 0 }] as const),
  ]);
}

async function* batches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
