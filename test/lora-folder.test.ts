import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { CATALOGUE } from "../src/checkpoints/catalogue.ts";
import { ACCELERATORS, installedAccelerator, installedLoras, loraFile } from "../src/lora-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-loras-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, "");
  }
}

it("finds the owner's files by their names, and nothing else", async () => {
  expect(await installedLoras(folder)).toEqual([]);
  await put("loras/woodcut.safetensors", "loras/inkwash.safetensors", "loras/notes.txt", "loras/a,b.safetensors");
  expect(await installedLoras(folder)).toEqual(["inkwash", "woodcut"]);
  expect(await loraFile(folder, "inkwash")).toBe(path.join(folder, "loras", "inkwash.safetensors"));
});

it("refuses a name that is not there, whatever it points at, and names those that are", async () => {
  await expect(loraFile(folder, "x")).rejects.toThrow(/no LoRA "x" here, and no other: .* `loras`/);
  await put("loras/inkwash.safetensors", "other.safetensors");
  for (const name of ["woodcut", "../other", ""])
    await expect(loraFile(folder, name)).rejects.toMatchObject({
      identifier: "lora-unknown",
      message: expect.stringMatching(/There are: inkwash\.$/),
    });
});

it("takes the preferred of those that make drafts, and says how to install one", async () => {
  await expect(installedAccelerator(folder)).rejects.toMatchObject({
    identifier: "draft-not-installed",
    message: expect.stringContaining("atelier models install hyper-sd15-8"),
  });
  await put("hyper-sd15-4/lora.safetensors", "lcm-lora-sd15/lora.safetensors");
  expect(await installedAccelerator(folder)).toMatchObject({ name: "lcm-lora-sd15" });
});

it("has each of those in the catalogue", () => {
  const drafts = CATALOGUE.filter(({ purpose }) => purpose === "draft");
  expect(drafts.map(({ name }) => name).toSorted()).toEqual([...ACCELERATORS].toSorted());
  for (const { sources } of drafts) expect(sources[0]?.files[0]?.as).toBe("lora.safetensors");
});
