/** `atelier style learn` and `atelier stylize` by what was learned and by StyleShot, run as commands. */
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

const said = async (...args: string[]): Promise<string> => {
  const env = { ...process.env, MODELS_DIR: path.join(folder, "models"), DEVICE: "cpu", CAPTIONER: "palette" };
  return (await promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: folder, env })).stdout;
};
const atelier = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await said(...args, "--json")) as Record<string, unknown>;

const PAINTING = ["waves.jpg", "waves.jpg", "-o", "out.png", "--variant", "inst", "--size", "64", "--steps", "4"];

it("learns a style into a file, which pictures are then painted by", async () => {
  const learned = await atelier("style", "learn", "waves.jpg", "--name", "Great Wave!", "--size", "64", "--steps", "5");
  expect(learned).toMatchObject({ name: "Great Wave!", form: "vector", steps: 5, stopped: false });
  expect((await readdir(folder)).sort()).toEqual(["Great-Wave.safetensors", "models", "waves.jpg"]);
  expect(await atelier("stylize", ...PAINTING, "--token", "Great-Wave.safetensors")).toMatchObject({
    stylePath: "token",
  });
  expect(await atelier("stylize", ...PAINTING)).toMatchObject({ stylePath: "attention" });
  await expect(atelier("stylize", ...PAINTING, "--token", "waves.jpg")).rejects.toMatchObject({
    stderr: expect.stringContaining("waves.jpg is no learned style that I can use"),
  });
});

it("names what keeps the contours where StyleShot paints without them, and keeps them when it is there", async () => {
  const place = (fixture: string, name: string): Promise<void> =>
    symlink(path.join(FIXTURES, "tiny-v1/styleshot", fixture), path.join(folder, "models", name));
  await place("", "styleshot-sd15");
  const styleShot = ["stylize", ...PAINTING, "--style-path", "styleshot"];
  expect(await said(...styleShot)).toMatch(
    /, style by styleshot without contours, .* s\nTo keep the picture's contours: atelier models install hed-contours\n$/,
  );
  await mkdir(path.join(folder, "models", "hed-contours"));
  await place("ControlNetHED.pth", "hed-contours/ControlNetHED.pth");
  expect(await atelier(...styleShot)).toMatchObject({ stylePath: "styleshot", contours: true });
});
