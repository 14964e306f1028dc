/** A study over workers: their store, their queue, and what of the study is let into them while it runs. */
import path from "node:path";

import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import { PROTOCOL, type WorkerReport } from "../jobs/fleet.ts";
import { able } from "../jobs/remote/fitness.ts";
import type { Logger } from "../log.ts";
import { LEARNING } from "../process-folders.ts";
import type { Store } from "../store/store.ts";
import { OverWorkers, type OverWorkersParts } from "../study/over-workers.ts";
import type { Studio } from "../study/run-study.ts";
import type { Undo } from "../undo.ts";

const CONNECTIONS = { store: 2, queue: 3 };
/** Pictures that are asked for at once, at least: workers may come while it runs. */
const FEWEST_AT_ONCE = 4;

interface StudyParts {
  /** The study's own, and the folder that it lies in. */
  readonly store: Store;
  readonly folder: string;
  readonly plan: OverWorkersParts["plan"];
  readonly limits: Pick<Config, "JOBS_PER_USER" | "JOBS_PER_GUILD">;
  readonly log: Logger;
}

/**
 * @param undo takes what is opened, to be closed
 * @throws UserError where a server is away, the bot of another version, or workers are none or of several kinds
 */
export async function openWorkers(config: Config, study: StudyParts, undo: Undo): Promise<Studio> {
  const { connect } = await import("../jobs/remote/connection.ts");
  const { createRemoteQueue } = await import("../jobs/remote/remote-queue.ts");
  const { openRemoteTasks } = await import("../jobs/remote/tasks/remote-tasks.ts");
  const { openPictures } = await import("../pictures/index.ts");
  const { discardFile } = await import("../store/erasing/discard-file.ts");
  const { Eraser } = await import("../store/erasing/eraser.ts");
  const { openStore } = await import("../store/store.ts");
  const { store: own, folder, plan, limits, log } = study;
  const { DATA_DIR, DATABASE_URL, QUEUE_URL } = config;
  const files = await openPictures(config);
  const shared = await openStore(DATA_DIR, DATABASE_URL, { files, connections: CONNECTIONS.store });
  undo.push(() => shared.close());
  const spoken = await shared.workers.spoken();
  if (spoken !== null && spoken !== PROTOCOL)
    throw new UserError(
      "study-other-bot",
      "The bot of these workers is of another version of Atelier. Run the study with the bot's own version.",
    );
  expectOneKind(await shared.workers.present(), config.ENGINE);
  const exchange = await connect(QUEUE_URL!, { log, connections: CONNECTIONS.queue });
  undo.push(() => exchange.close());
  const { learningStates: states, workers } = shared;
  const tasks = await openRemoteTasks({ exchange, states, files, workers, folder: path.join(folder, LEARNING), log });
  undo.push(() => tasks.close());
  const askedBy = `study-${await own.retention.installation()}`;
  const queue = createRemoteQueue({
    exchange,
    repositories: shared,
    config: { DATA_DIR: folder, ...limits },
    log,
    shows: ({ userId }) => userId === askedBy,
  });
  undo.push(() => queue.close());
  const info = tasks.info!;
  let isLent = (_sha256: string): boolean => false;
  const eraser = new Eraser({
    store: shared,
    dataDir: DATA_DIR,
    async discard(sha256, kind, before) {
      // The next picture is made of it, too.
      if (isLent(sha256)) return false;
      await discardFile(shared, sha256, kind, before);
      return true;
    },
  });
  const erase = async (id: string): Promise<void> => void (await eraser.job(id));
  const over = new OverWorkers({ askedBy, queue, tasks, shared, info, own, folder, plan, erase, log });
  isLent = (sha256) => over.lent.includes(sha256);
  undo.push(async () => {
    const { lent } = over;
    await over.close();
    isLent = () => false;
    for (const sha256 of lent) await eraser.stray(sha256, "picture", Date.now());
  });
  const places = able(await shared.workers.present(), "paint").reduce((sum, { concurrency }) => sum + concurrency, 0);
  return {
    info,
    queue: over,
    tasks,
    concurrency: Math.max(FEWEST_AT_ONCE, places),
    lend: over.lend.bind(over),
    accept: over.accept.bind(over),
  };
}

/**
 * Whether workers that are there can make one study of it.
 *
 * @param wanted the engine that it is to be painted by
 */
export function expectOneKind(workers: readonly WorkerReport[], wanted: Config["ENGINE"]): void {
  const [painters, lookers] = [able(workers, "paint"), able(workers, "caption")];
  const lacking = [
    ...(painters.length === 0 ? ["paints"] : []),
    ...(lookers.length === 0 ? ["looks at pictures"] : []),
  ];
  if (lacking.length > 0)
    throw new UserError(
      "study-no-workers",
      `No worker that ${lacking.join(" or ")} is there. Start one with: atelier worker. Or leave QUEUE_URL out, and this machine paints.`,
    );
  const kinds = (of: (worker: WorkerReport) => string, among: readonly WorkerReport[]): string[] => [
    ...new Set(among.map(of)),
  ];
  const stylizers = kinds(({ info }) => info.stylizer, painters);
  if (stylizers.length > 1)
    throw new UserError(
      "study-mixed-workers",
      `Some workers paint by ${stylizers.join(", others by ")}: these would be two studies in one. Stop those of one kind.`,
    );
  if (wanted !== "auto" && wanted !== stylizers[0])
    throw new UserError("study-other-engine", `The workers paint by ${stylizers[0]}, not by ${wanted}.`);
  const describers = kinds(({ info }) => info.describer, [...painters, ...lookers]);
  if (describers.length > 1)
    throw new UserError(
      "study-mixed-workers",
      `Workers describe styles by ${describers.join(" and by ")}: pictures would be painted by two kinds of words. Give all the same CAPTIONER.`,
    );
}
