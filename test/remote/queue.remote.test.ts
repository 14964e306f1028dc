/** The queue's contract over several machines, with real servers. */
import { beforeAll, describe, inject } from "vitest";

import { queueContract } from "../jobs/queue-contract.ts";
import { makeTemplate, severalMachines } from "./several-machines.ts";

const postgres = inject("postgres");
const redis = inject("redis");

let template: string;
beforeAll(async () => {
  if (postgres !== null) template = await makeTemplate(postgres);
});

describe.skipIf(postgres === null)("with a queue in PostgreSQL", () => {
  queueContract(
    "the queue of several machines",
    severalMachines(
      () => template,
      postgres!,
      (database) => database,
    ),
  );
});

describe.skipIf(postgres === null || redis === null)("with a queue in Redis", () => {
  queueContract(
    "the queue of several machines",
    severalMachines(
      () => template,
      postgres!,
      () => redis!,
    ),
  );
});
