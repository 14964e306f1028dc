/** `atelier study run` as a command: killed again and again, and with Stable Diffusion. */
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import { exists } from "../../src/exists.ts";
import { openStore } from "../../src/store/store.ts";
import { type Manifest, readManifest } from "../../src/study/manifest.ts";
import { readMeasures } from "../../src/study/measures.ts";
import { FIXTURES } from "../models/reference.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-killed-study-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const KILLED = ["--pairs", "2", "--size", "96", "--controls", "--engine", "embedded"];

/** What `atelier study measure --json` prints. */
async function measured(out: string): Promise<unknown> {
  const env = { ...process.env, MODELS_DIR: path.join(folder, "models") };
  const words = [path.join(ROOT, "bin/atelier.mjs"), "study", "measure", out, "--json"];
  return JSON.parse((await promisify(execFile)(process.execPath, words, { env })).stdout);
}

/** Runs the command on the samples; `kill` says when it is killed without warning. @returns its exit code */
function study(out: string, how: readonly string[], kill?: () => Promise<boolean>): Promise<number | null> {
  const samples = path.join(ROOT, "samples");
  const words = ["--contents", path.join(samples, "content"), "--styles", path.join(samples, "style"), "--out", out];
  return atelier(["run", ...words, ...how], kill);
}

async function atelier(words: readonly string[], kill?: () => Promise<boolean>): Promise<number | null> {
  const env = { ...process.env, MODELS_DIR: path.join(folder, "models"), DEVICE: "cpu", CAPTIONER: "palette" };
  const child = spawn(process.execPath, [path.join(ROOT, "bin/atelier.mjs"), "study", ...words], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (kill) {
    await expect.poll(kill, { interval: 20 }).toBe(true);
    child.kill("SIGKILL");
  }
  return ended;
}

const paintedIn = async (out: string): Promise<number> => {
  if (!(await exists(path.join(out, "data/atelier.db")))) return 0;
  const store = await openStore(path.join(out, "data"));
  try {
    return (await store.jobs.finished(1000)).length;
  } finally {
    await store.close();
  }
};

/** All of it but how long it took. */
const timeless = ({ pictures, ...rest }: Manifest): unknown => ({
  ...rest,
  pictures: pictures.map(({ painted, ...each }) => ({ ...each, painted: painted && { ...painted, seconds: null } })),
});

it("paints no finished picture twice, and the same pictures as a run that nobody disturbed", async () => {
  const [alone, killed] = [path.join(folder, "alone"), path.join(folder, "killed")];
  expect(await study(alone, KILLED)).toBe(0);
  // Before it has begun, with its first picture, and with most of them.
  await study(killed, KILLED, () => exists(path.join(killed, "study.json")));
  for (const least of [1, 4]) await study(killed, KILLED, async () => (await paintedIn(killed)) >= least);
  expect(await study(killed, KILLED)).toBe(0);
  const [one, other] = [await readManifest(alone), await readManifest(killed)];
  expect(one!.pictures).toHaveLength(2 * (3 + 4));
  expect(timeless(other!)).toEqual(timeless(one!));
  for (const { file } of one!.pictures)
    expect((await readFile(path.join(alone, file))).equals(await readFile(path.join(killed, file)))).toBe(true);
  expect(await paintedIn(killed)).toBe(6);

  // What was measured is the same of both, and there is a value for each picture.
  const ofOne = await measured(alone);
  expect(await readMeasures(alone)).toEqual(ofOne);
  expect(await measured(killed)).toEqual(ofOne);
  const { pictures, broken } = (await readMeasures(alone))!;
  expect(broken).toEqual([]);
  expect(pictures.filter(({ metric }) => metric === "ssim")).toHaveLength(2 * (3 + 4));

  expect(await atelier(["report", alone, "--pictures", "64"])).toBe(0);
  expect(await readFile(path.join(alone, "report/index.html"), "utf8")).toContain(
    "No person has ranked these pictures yet",
  );
});

it("paints by style paths, learns what they take once, and has the embedded engine's picture beside them", async () => {
  await mkdir(path.join(folder, "models"));
  await symlink(path.join(FIXTURES, "tiny-v1"), path.join(folder, "models", "tiny"));
  const out = path.join(folder, "paths");
  const how = ["--pairs", "1", "--size", "64", "--steps", "2", "--learn-steps", "4", "--controls"];
  const learning = [...how, "--variants", "inst,prompt", "--paths", "attention,adain,token"];
  expect(await study(out, learning)).toBe(0);
  const manifest = (await readManifest(out))!;
  const { pictures, engine, styles } = manifest;
  expect(styles.filter(({ token }) => token !== null)).toHaveLength(1);
  expect(styles.find(({ token }) => token)?.token).toMatchObject({ steps: 4 });
  expect(engine.stylizer).toBe("diffusion");
  expect(pictures.map(({ candidate, painted }) => [candidate, painted?.engine, painted?.stylePath])).toEqual([
    // What was learned is the path's alone.
    ["inst", "diffusion", "attention"],
    ["prompt", "diffusion", null],
    ["path-attention", "diffusion", "attention"],
    ["path-adain", "diffusion", "adain"],
    ["path-token", "diffusion", "token"],
    ["control-content", undefined, undefined],
    ["control-style", undefined, undefined],
    ["control-colours", undefined, undefined],
    ["control-embedded", "embedded", null],
  ]);
  expect(pictures.find(({ candidate }) => candidate === "path-adain")?.painted?.unetRows).toBeGreaterThan(0);
  expect(await readdir(path.join(out, "data/learning"))).toEqual([]);
  expect(await study(out, learning)).toBe(0);
  expect(await readManifest(out)).toEqual(manifest);
});
