/**
 * Photographs every screen that members meet, to look at: on desktop and phone, in both themes, into out/screens.
 * `npm run screens`, or `npm run screens -- painted compared outside study learning` for some of them.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import type { DiscordSandbox } from "@atelier/sandbox";

import { openStage } from "../src/cli/demo/stage.ts";
import { Camera, type Screen, type Shot, THEMES } from "./screens/camera.ts";
import { comparedScenes, learningScenes, outsideScenes, paintedScenes, studyScenes } from "./screens/scenes.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const TARGET = path.join(ROOT, "out/screens");
const SCREENS: Readonly<Record<string, Screen>> = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844, isPhone: true },
};
/** Of the study that people are asked about. */
const RUN = "samples";

const GROUPS = {
  painted: () => photograph({}, paintedScenes),
  compared: () => photograph({}, comparedScenes),
  outside: () => photograph({}, outsideScenes),
  async study() {
    await paintStudy(path.join(folder, "studies", RUN));
    await photograph({}, (discord) => studyScenes(discord, RUN));
  },
  async learning() {
    await mkdir(path.join(folder, "models"));
    await symlink(path.join(ROOT, "test/fixtures/tiny-v1"), path.join(folder, "models/tiny-v1"));
    await photograph({ ENGINE: "diffusion", MODELS_DIR: path.join(folder, "models") }, learningScenes);
  },
} as const;

const wanted = process.argv.slice(2);
const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-screens-"));
try {
  await mkdir(TARGET, { recursive: true });
  for (const [name, take] of Object.entries(GROUPS)) if (wanted.length === 0 || wanted.includes(name)) await take();
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** @param settings of the bot, beside its data's folder */
async function photograph(
  settings: Readonly<Record<string, string>>,
  scenes: (discord: DiscordSandbox) => Promise<Readonly<Record<string, Shot>>>,
): Promise<void> {
  Object.assign(process.env, settings);
  const stage = await openStage({ port: 0, dataDir: folder });
  const camera = await Camera.open(stage.discord.address);
  try {
    for (const [name, shot] of Object.entries(await scenes(stage.discord))) {
      for (const [kind, screen] of Object.entries(SCREENS))
        for (const theme of THEMES)
          await writeFile(path.join(TARGET, `${name}-${kind}-${theme}.png`), await camera.take(shot, theme, screen));
      console.log(name);
    }
  } finally {
    await camera.close();
    await stage.close();
  }
}

/** Two pairs of the samples in three variants. */
function paintStudy(out: string): Promise<void> {
  const samples = path.join(ROOT, "samples");
  const folders = ["--contents", path.join(samples, "content"), "--styles", path.join(samples, "style")];
  const words = ["study", "run", ...folders, "--out", out, "--pairs", "2", "--size", "256", "--engine", "embedded"];
  const child = spawn(process.execPath, [path.join(ROOT, "bin/atelier.mjs"), ...words], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the study ended with ${code}`))));
  });
}
