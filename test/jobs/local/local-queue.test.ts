import { createLocalQueue } from "../../../src/jobs/local/local-queue.ts";
import { createLogger } from "../../../src/log.ts";
import { queueContract } from "../queue-contract.ts";

queueContract("the in-process queue", ({ engine, store, dataDir, concurrency, perUser, perGuild, chooseVariant }) =>
  createLocalQueue({
    engine,
    repositories: store,
    config: { DATA_DIR: dataDir, CONCURRENCY: concurrency, JOBS_PER_USER: perUser, JOBS_PER_GUILD: perGuild },
    log: createLogger("silent"),
    ...(chooseVariant && { chooseVariant }),
  }),
);
