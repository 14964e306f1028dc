/** Starts what `npm run test:remote` tests against, once for all files; without it, its tests are skipped by name. */
import type { TestProject } from "vitest/node";

import { findPostgres, startPostgres } from "./postgres-server.ts";
import { hasRedis, startRedis } from "./redis-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Address of a PostgreSQL server; `null` where there is none. */
    postgres: string | null;
    /** Address of a Redis server; `null` where there is none. */
    redis: string | null;
  }
}

export default async function servers(project: TestProject): Promise<() => Promise<void>> {
  const bin = await findPostgres();
  const postgres = bin === null ? null : await startPostgres(bin);
  const redis = (await hasRedis()) ? await startRedis() : null;
  project.provide("postgres", postgres?.url ?? null);
  project.provide("redis", redis?.url ?? null);
  return async () => {
    await postgres?.remove();
    await redis?.remove();
  };
}
