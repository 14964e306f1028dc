/** Everything that a soak plays on: the local Discord, the bot that is kept running, its disk and its clock. */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";

import { referee } from "../discord/referee.ts";
import { settingsFor } from "../discord/studio.ts";
import { BotKeeper } from "./bot-keeper.ts";
import type { Draw } from "../draw.ts";
import { Ledger } from "./ledger.ts";
import { type Files, makeFiles } from "./members/files.ts";
import { BotClock, Disk } from "./surroundings.ts";
import { Timeline } from "./timeline.ts";

export type Engine = "embedded" | "diffusion";

export interface Stage {
  readonly discord: DiscordSandbox;
  readonly keeper: BotKeeper;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly clock: BotClock;
  /** `null` where none can be mounted: disks then do not fill. */
  readonly disk: Disk | null;
  readonly engine: Engine;
  /** What members have to upload. */
  readonly files: Files;
  readonly dataDir: string;
  /** Where the bot's processes put what is temporary. */
  readonly tempDir: string;
  close(): Promise<void>;
}

const TINY_CHECKPOINT = path.resolve(import.meta.dirname, "../fixtures/tiny-v1");

export async function openStage(engine: Engine, draw: Draw): Promise<Stage> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-soak-"));
  const disk = Disk.mount();
  const dataDir = path.join(disk?.folder ?? folder, "data");
  const tempDir = path.join(folder, "tmp");
  await mkdir(tempDir);
  const modelsDir = path.join(folder, "models");
  await mkdir(modelsDir);
  if (engine === "diffusion") await symlink(TINY_CHECKPOINT, path.join(modelsDir, "tiny-v1"));
  const discord = await startSandbox({ port: 0, onRequest: referee });
  const timeline = new Timeline();
  const clock = new BotClock(path.join(folder, "clock"));
  const settings = settingsFor(discord, dataDir, {
    MODELS_DIR: modelsDir,
    ENGINE: engine,
    LOG_LEVEL: "info",
    JOBS_PER_USER: "5",
    MAX_MEGAPIXELS: "4",
    CANCEL_GRACE_SECONDS: "2",
    DOWNLOAD_SECONDS: "5",
  });
  const environment = { ...clock.environment, TMPDIR: tempDir };
  const keeper = new BotKeeper({ discord, settings, environment, disk, timeline });
  const ledger = new Ledger(discord);
  return {
    discord,
    keeper,
    ledger,
    timeline,
    clock,
    disk,
    engine,
    files: await makeFiles(draw),
    dataDir,
    tempDir,
    async close() {
      await keeper.stop();
      ledger.close();
      await discord.close();
      disk?.unmount();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
