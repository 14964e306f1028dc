/** `atelier style learn` and `atelier stylize --token`, run as commands. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import { waves } from "../discord/pictures.ts";
import { FIXTURES } from "../models/reference.ts";

const PROGRAM = path.resolve(import.meta.dirname, "../../bin/atelier.mjs");

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-learning-"));
  await mkdir(path.join(folder, "models"));
  await symlink(path.join(FIXTURES, "tiny-v1"), path.join(folder, "models", "tiny"));
  await writeFile(path.join(folder, "waves.jpg"), (await waves()).bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const atelier = async (...args: string[]): Promise<Record<string, unknown>> => {
  const env = { ...process.env, MODELS_DIR: path.join(folder, "models"), DEVICE: "cpu", CAPTIONER: "palette" };
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args, "--json"], { cwd: folder, env });
  return JSON.parse(stdout) as Record<string, unknown>;
};

it("learns a style into a file, which pictures are then painted by", async () => {
  const learned = await atelier("style", "learn", "waves.jpg", "--name", "Great Wave!", "--size", "64", "--steps", "5");
  expect(learned).toMatchObject({ name: "Great Wave!", form: "vector", steps: 5, stopped: false });
  expect((await readdir(folder)).sort()).toEqual(["Great-Wave.safetensors", "models", "waves.jpg"]);
  const painting = ["waves.jpg", "waves.jpg", "-o", "out.png", "--variant", "inst", "--size", "64", "--steps", "4"];
  expect(await atelier("stylize", ...painting, "--token", "Great-Wave.safetensors")).toMatchObject({
    stylePath: "token",
  });
  expect(await atelier("stylize", ...painting)).toMatchObject({ stylePath: "attention" });
  await expect(atelier("stylize", ...painting, "--token", "waves.jpg")).rejects.toMatchObject({
    stderr: expect.stringContaining("waves.jpg is no learned style that I can use"),
  });
});
