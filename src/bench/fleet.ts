/** What a fleet of workers costs and takes: several machines' queue over PostgreSQL and over Redis, on servers of its own. */
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";

import { z } from "zod";

import { UserError } from "../errors.ts";
import { LOADER } from "../process/fork.ts";

/** Servers and workers whose engine only waits are those of the tests. */
const SCRIPT = path.resolve(import.meta.dirname, "../../test/remote/measure.ts");

const figuresSchema = z.object({
  server: z.enum(["postgres", "redis"]),
  /** That wait when the workers start. */
  jobs: z.number(),
  workers: z.number(),
  /** Pictures that each worker paints at once. */
  atOnce: z.number(),
  enqueueMs: z.object({ p50: z.number(), p99: z.number() }),
  /** For the places of 25 jobs, with all of them waiting. */
  placesMs: z.number(),
  jobsPerSecond: z.number(),
  /** From the start of the workers until nothing waits. */
  drainedSeconds: z.number(),
  /** Jobs that are not done, or were begun more than once. */
  notOnce: z.number(),
  /** The most that somebody who still waited was ahead of another who did, in jobs. */
  largestLead: z.number(),
  /** To PostgreSQL, for each worker. */
  connectionsPerWorker: z.number(),
  /** Of each worker's process, its engine apart. */
  workerMb: z.array(z.number()),
  botMb: z.number(),
  /** From SIGKILL of a worker until another one begins its job. */
  recoverySeconds: z.number(),
  lockSeconds: z.number(),
  checkSeconds: z.number(),
  cancelMs: z.number(),
});
export type FleetFigures = z.infer<typeof figuresSchema>;

/**
 * Measures one server after the other.
 *
 * @param onFigures called as soon as those of a server are there
 * @throws UserError `fleet-unmeasured`: PostgreSQL or Redis are not installed here, say
 */
export async function benchFleet(jobs: number, onFigures: (figures: FleetFigures) => void): Promise<void> {
  const args = ["--import", LOADER, SCRIPT, "--jobs", String(jobs)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  for await (const line of createInterface({ input: child.stdout })) onFigures(figuresSchema.parse(JSON.parse(line)));
  if ((await ended) === 0) return;
  throw new UserError(
    "fleet-unmeasured",
    "The fleet could not be measured. PostgreSQL and redis-server have to be installed on this machine; above stands why.",
  );
}
