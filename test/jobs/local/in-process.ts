/** The queue of one process over SQLite, for the contract and the benches of tests. */
import { createLocalQueue } from "../../../src/jobs/local/local-queue.ts";
import { createLogger } from "../../../src/log.ts";
import { openStore } from "../../../src/store/store.ts";
import type { Adapter } from "../contract/bench.ts";

export const inProcess: Adapter = {
  openStore: (dataDir) => openStore(dataDir),
  takesOverFirst: true,
  make({ engine, store, dataDir, concurrency, perUser, perGuild, chooseVariant }) {
    const queue = createLocalQueue({
      engine,
      repositories: store,
      config: { DATA_DIR: dataDir, CONCURRENCY: concurrency, JOBS_PER_USER: perUser, JOBS_PER_GUILD: perGuild },
      log: createLogger("silent"),
      ...(chooseVariant && { chooseVariant }),
    });
    return { queue, close: () => queue.close() };
  },
};
