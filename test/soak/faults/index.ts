/** Strikes with faults, one after the other and at the same time, until it is told to stop. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Draw, Weighted } from "../../draw.ts";
import type { Stage } from "../stage.ts";
import type { FaultKind } from "./fault-kind.ts";
import * as gateway from "./gateway.ts";
import * as process from "./process.ts";
import * as rest from "./rest.ts";
import * as surroundings from "./surroundings.ts";

const KINDS: Weighted<FaultKind> = [
  [160, rest.passing],
  [25, rest.refusal],
  [2, rest.unauthorised],
  [0.3, rest.outage],
  [10, rest.cdn],
  [6, gateway.closes],
  [4, gateway.cut],
  [6, gateway.reconnect],
  [4, gateway.resumable],
  [3, gateway.invalid],
  [3, gateway.deaf],
  [3, process.botKilled],
  [2, process.botTold],
  [4, process.botStopped],
  [8, process.partKilled],
  [4, process.partTold],
  [6, process.partStopped],
  [4, surroundings.fullDisk],
  [5, surroundings.clockJump],
  [3, surroundings.closedGallery],
];

/** Between two faults, milliseconds. */
const PAUSE_MS = [20, 200] as const;

/** @returns how many faults of each kind met somebody, by name */
export async function strikeUntil(stage: Stage, draw: Draw, over: AbortSignal): Promise<Map<string, number>> {
  const struck = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  while (!over.aborted) {
    const kind = draw.weighted(KINDS);
    const fault = strike(kind, stage, draw.fork(), struck).finally(() => underWay.delete(fault));
    underWay.add(fault);
    await sleep(draw.between(...PAUSE_MS), undefined, { signal: over }).catch(() => undefined);
  }
  await Promise.all(underWay);
  stage.discord.faults.clear();
  return struck;
}

async function strike(kind: FaultKind, stage: Stage, draw: Draw, struck: Map<string, number>): Promise<void> {
  const at = new Date().toISOString().slice(17, 23);
  const words = await kind.strike(stage, draw);
  if (words === null) return;
  struck.set(kind.name, (struck.get(kind.name) ?? 0) + 1);
  stage.timeline.note("fault", `${words} (since ${at})`);
}
