/** One soak: members and faults for a while, then peace, then the invariants. */
import { mkdtemp, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { messageOf } from "../../src/errors.ts";
import { copyFolder } from "./copy-folder.ts";
import { Draw } from "../draw.ts";
import { strikeUntil } from "./faults/index.ts";
import { violationsOnceDown, violationsWhileUp } from "./invariants/index.ts";
import { actUntil } from "./members/index.ts";
import { probe } from "./probe.ts";
import { untilQuiet } from "./quiet.ts";
import { readRecords } from "./records.ts";
import { putRight, settle } from "./settle.ts";
import { type Engine, openStage, type Stage } from "./stage.ts";

export interface SoakOptions {
  readonly seed: number;
  /** How long there are faults; what comes after takes as long as it needs. */
  readonly seconds: number;
  readonly engine: Engine;
  /** Keeps the logs in any case. */
  readonly keep?: boolean;
}

export interface SoakReport extends SoakOptions {
  /** Faults that met somebody. */
  readonly faults: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly jobs: number;
  readonly commands: number;
  readonly starts: number;
  readonly violations: readonly string[];
  /** The folder with logs, timeline, transcript and data, when something was violated. */
  readonly kept?: string;
}

const STILL_MS = 30_000;

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const draw = new Draw(options.seed);
  const stage = await openStage(options.engine, draw.fork());
  const violations: string[] = [];
  let struck = new Map<string, number>();
  try {
    await stage.keeper.start();
    const over = AbortSignal.timeout(options.seconds * 1000);
    [struck] = await Promise.all([strikeUntil(stage, draw.fork(), over), actUntil(stage, draw.fork(), over)]);
    stage.timeline.note("soak", "no more faults");
    await putRight(stage);
    violations.push(...(await settle(stage)));
    stage.timeline.note("soak", "quiet");
    violations.push(...(await probe(stage, draw.fork())));
    violations.push(...(await judge(stage)));
  } catch (error) {
    violations.push(
      `the soak itself broke off: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`,
    );
  }
  const report = {
    ...options,
    faults: [...struck.values()].reduce((sum, times) => sum + times, 0),
    byKind: Object.fromEntries([...struck].sort(([, a], [, b]) => b - a)),
    jobs: countJobs(stage),
    commands: stage.ledger.asked.length,
    starts: stage.keeper.starts,
    violations: [...new Set(violations)],
  };
  const kept = options.keep || report.violations.length > 0 ? { kept: await keep(stage, report) } : {};
  await stage.close();
  return { ...report, ...kept };
}

/** What does not hold: while the bot is up, once it has gone, and when it has started again with nothing left to do. */
async function judge(stage: Stage): Promise<string[]> {
  const { keeper, ledger, discord, dataDir } = stage;
  const evidence = () => ({ ...stage, discord, records: readRecords(dataDir) });
  const found = violationsWhileUp(evidence());
  const said = ledger.entries.length;
  await keeper.stop();
  await keeper.start();
  found.push(...(await untilQuiet(stage, STILL_MS)).map((words) => `started with nothing to do, ${words}`));
  if (ledger.entries.length > said)
    found.push(`started with nothing to do, it said ${ledger.entries.length - said} things`);
  const code = await keeper.stop();
  if (code !== 0) found.push(`told to go, the bot went with code ${code}`);
  found.push(...violationsOnceDown(evidence()));
  return found;
}

function countJobs({ dataDir }: Stage): number {
  try {
    return readRecords(dataDir).jobs.length;
  } catch {
    return 0;
  }
}

async function keep({ timeline, keeper, discord, dataDir }: Stage, report: object): Promise<string> {
  await keeper.stop().catch(() => null);
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-soak-kept-"));
  const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
  await Promise.all([
    write("report.json", `${JSON.stringify(report, null, 2)}\n`),
    write("timeline.txt", timeline.toString()),
    write("bot.log", keeper.log),
    write("transcript.txt", discord.transcript()),
    write(
      "requests.txt",
      discord.requests
        .map(({ at, method, path: where, status, body }) =>
          [
            new Date(at).toISOString().slice(11, 23),
            status,
            method,
            where,
            JSON.stringify(body ?? "").slice(0, 300),
          ].join(" "),
        )
        .join("\n"),
    ),
    copyFolder(dataDir, path.join(folder, "data"), (name) => !name.endsWith("-shm")),
  ]);
  return folder;
}
