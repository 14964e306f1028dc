/** Whether anything is still under way. */
import { setTimeout as sleep } from "node:timers/promises";

import { isSettled } from "../../src/jobs/job.ts";
import type { Records } from "./records.ts";
import { readRecords } from "./records.ts";
import type { Stage } from "./stage.ts";

const LOOK_MS = 250;
/** So many looks in a row must find nothing. */
const LOOKS = 4;

/** @returns what goes on, in words */
function underWay({ discord, keeper }: Stage, records: Records, requests: number): string[] {
  return [
    ...(keeper.pid === null ? ["the bot is not running"] : []),
    ...(discord.gateway.online ? [] : ["the bot is not connected"]),
    ...(discord.requests.length === requests ? [] : ["the bot still talks to Discord"]),
    ...records.jobs.filter(({ state }) => !isSettled(state)).map(({ id, state }) => `job ${id} is ${state}`),
    ...records.surfaces
      .filter(({ finished }) => finished === 0)
      .map(({ job_id: id }) => `the end of job ${id} is not told`),
    ...records.comparisons
      .filter(({ state }) => state === "painting" || state === "closing")
      .map(({ id, state }) => `comparison ${id} is ${state}`),
    ...records.learnings.filter(({ settled }) => settled === 0).map(({ id }) => `learning ${id} goes on`),
  ];
}

/** Waits until nothing is under way. @returns what still is after `timeoutMs` */
export async function untilQuiet(stage: Stage, timeoutMs: number): Promise<string[]> {
  const end = Date.now() + timeoutMs;
  let left: string[] = [];
  for (let looks = 0; looks < LOOKS;) {
    const requests = stage.discord.requests.length;
    await sleep(LOOK_MS);
    left = underWay(stage, readRecords(stage.dataDir), requests);
    looks = left.length === 0 ? looks + 1 : 0;
    if (Date.now() > end) return left;
  }
  return [];
}
