/** The kinds of faults: each drawn with whom it is done to, so that those of different ones may be done at once. */
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";

import type { Draw, Weighted } from "../../draw.ts";
import { inTime } from "./deadline.ts";
import type { Fleet } from "./fleet.ts";
import type { Members } from "./members.ts";

export interface Fault {
  readonly name: string;
  /** To whom: one after the other. */
  readonly to: string;
  readonly work: () => Promise<void>;
}

export interface KindsOptions {
  readonly fleet: Fleet;
  readonly workers: number;
  readonly start: (index: number, draw: Draw) => Promise<void>;
  /** Address of its server. */
  readonly queue: string;
  readonly lockMs: number;
  readonly members: Members;
  /** Some workers have disks of their own. */
  readonly hasDisks: boolean;
}

/** More than a disk of workers holds, bytes. */
const FILLER = 4 << 20;

export function kindsOf({
  fleet,
  workers,
  start,
  queue,
  lockMs,
  members,
  hasDisks,
}: KindsOptions): Weighted<(draw: Draw) => Fault> {
  const restart =
    (name: string, signal: "SIGKILL" | "SIGTERM") =>
    (draw: Draw): Fault => {
      const index = draw.whole(0, workers - 1);
      const work = (): Promise<void> => fleet.endWorker(index, signal).then(() => start(index, draw));
      return { name, to: `worker ${index}`, work };
    };
  const serverDies =
    (name: string, server: string) =>
    (draw: Draw): Fault => ({ name, to: server, work: () => fleet.loseServer(server, draw.between(0, 500)) });
  const cut = (draw: Draw): Fault => {
    const index = draw.whole(0, workers - 1);
    const which = draw.chance(0.5) ? [0, 1] : [draw.whole(0, 1)];
    const work = async (): Promise<void> => {
      const { networks } = fleet.workers[index]!;
      for (const n of which) networks[n]!.cut();
      await sleep(lockMs * draw.between(0.5, 1.5));
      for (const n of which) networks[n]!.mend();
    };
    return { name: "network cut", to: `worker ${index}`, work };
  };
  const cancel = (draw: Draw): Fault => ({
    name: "job cancelled",
    to: "job",
    work: async () => members.cancel?.(draw),
  });
  const fill = (draw: Draw): Fault => {
    const work = async (): Promise<void> => {
      const full = fleet.workers.flatMap(({ tinyDisk }) => tinyDisk ?? []);
      for (const disk of full) await writeFile(path.join(disk, "filler"), Buffer.alloc(FILLER)).catch(() => undefined);
      await sleep(draw.between(500, 2000));
      for (const disk of full) await rm(path.join(disk, "filler"), { force: true });
    };
    return { name: "disk full", to: "disks", work };
  };
  const bot = (): Fault => ({ name: "bot killed", to: "bot", work: () => fleet.endBot().then(() => fleet.startBot()) });
  const empty = (): Fault => {
    const work = async (): Promise<void> => {
      const redis = new Redis(queue);
      redis.on("error", () => undefined);
      await inTime("Redis is emptied", redis.flushall()).finally(() => redis.disconnect());
    };
    return { name: "Redis emptied", to: "redis", work };
  };
  const kinds: [number, (draw: Draw) => Fault][] = [
    [4, restart("worker killed", "SIGKILL")],
    [2, restart("worker told to stop", "SIGTERM")],
    [2, bot],
    [3, serverDies("PostgreSQL killed", "postgres")],
    [3, cut],
  ];
  if (members.cancel) kinds.push([3, cancel]);
  if (hasDisks) kinds.push([2, fill]);
  if (fleet.servers.includes("redis")) kinds.push([3, serverDies("Redis killed", "redis")], [1, empty]);
  return kinds;
}
