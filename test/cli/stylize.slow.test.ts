/** `atelier paint` over a folder and in HD, run as a command. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import { expect, it } from "vitest";

import { waves } from "../discord/pictures.ts";

const PROGRAM = path.resolve(import.meta.dirname, "../../bin/atelier.mjs");

it("paints the pictures of a folder under new names, whatever one of them is", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-batch-"));
  try {
    const { bytes } = await waves();
    await mkdir(path.join(folder, "photos"));
    for (const name of ["calm.jpg", "storm.jpg"]) await writeFile(path.join(folder, "photos", name), bytes);
    await writeFile(path.join(folder, "photos", "half.jpg"), bytes.subarray(0, bytes.length / 2));
    await writeFile(path.join(folder, "calm-as-linocut.png"), "an earlier picture");
    const words = ["paint", "photos", "--with", "linocut", "--size", "64", "--variant", "prompt"];
    const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const [said, complained, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    expect({ code, complained }).toEqual({
      code: 2,
      complained: expect.stringMatching(/^atelier: photos\/half\.jpg: The content picture is damaged[^\n]+\n$/),
    });
    expect(said.split("\n")).toEqual([
      expect.stringMatching(/^calm-as-linocut-2\.png: 64 x /),
      expect.stringMatching(/^storm-as-linocut\.png: 64 x /),
      "",
    ]);
    expect(await readFile(path.join(folder, "calm-as-linocut.png"), "utf8")).toBe("an earlier picture");
    expect(await readdir(folder)).toHaveLength(4);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("paints in HD what it has painted", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-hd-"));
  try {
    await writeFile(path.join(folder, "waves.jpg"), (await waves()).bytes);
    const words = ["paint", "waves.jpg", "--with", "linocut", "--variant", "prompt", "--size", "64", "--hd", "--json"];
    const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    const report = JSON.parse(await text(child.stdout)) as Record<string, unknown>;
    expect(report).toMatchObject({ output: "waves-as-linocut.png", width: 128, hd: true });
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("paints in several styles, by weights, and leaves out what has none", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-blend-"));
  try {
    await writeFile(path.join(folder, "waves.jpg"), (await waves()).bytes);
    const paint = async (...words: string[]): Promise<Record<string, unknown>> => {
      const options = ["--size", "64", "--seed", "1", "--variant", "inst", "--engine", "embedded", "--json"];
      const all = [PROGRAM, "paint", "waves.jpg", ...options, ...words];
      const child = spawn(process.execPath, all, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
      return JSON.parse(await text(child.stdout)) as Record<string, unknown>;
    };
    const blend = await paint("--with", "linocut", "--and", "river", "--and", "comic", "--weights", "2:1:1");
    expect(blend).toMatchObject({
      output: "waves-as-linocut-and-river-and-comic.png",
      styles: [
        { name: "linocut", weight: 0.5 },
        { name: "river", weight: 0.25 },
        { name: "comic", weight: 0.25 },
      ],
    });
    const [one, zero] = [
      await paint("--with", "river"),
      await paint("--with", "linocut", "--and", "river", "--weights", "0:1"),
    ];
    expect(zero["styles"]).toEqual([{ name: "river", weight: 1 }]);
    const [first, second, third] = await Promise.all(
      [one, zero, blend].map(({ output }) => readFile(path.join(folder, String(output)))),
    );
    expect(second!.equals(first!)).toBe(true);
    expect(third!.equals(first!)).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
