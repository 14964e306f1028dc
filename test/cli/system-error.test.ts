/** What people read where the system refuses: no codes, no names of calls. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectWritable } from "../../src/cli/output-file.ts";
import { systemErrorWords } from "../../src/cli/system-error.ts";
import { lockFolder } from "../../src/store/folder-lock.ts";

const PROGRAM = path.resolve(import.meta.dirname, "../../bin/atelier.mjs");

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-words-"));
  file = path.join(folder, "file.txt");
  await writeFile(file, "words");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe("an error of the system in words", () => {
  it("names the place and the way out", async () => {
    const absent = path.join(folder, "absent");
    expect(systemErrorWords(await failure(readFile(absent)))).toBe(`There is no ${absent}.`);
    expect(systemErrorWords(await failure(readFile(folder)), "x.jpg")).toBe("x.jpg is a folder. Name a file.");
    const inTheWay = await failure(mkdir(file, { recursive: true }));
    expect(systemErrorWords(inTheWay)).toBe(`${file} is a file, where a folder is wanted. Name another place.`);
  });

  it("leaves other errors alone", () => {
    expect(systemErrorWords(new Error("a fault of our own"))).toBeNull();
  });
});

describe("a place for the result", () => {
  it("is a file in a folder that is there", async () => {
    await expect(expectWritable(path.join(folder, "out.png"))).resolves.toBeUndefined();
    await expect(expectWritable(folder)).rejects.toThrow(`${folder} is a folder. Name a file in it.`);
    const absent = path.join(folder, "absent");
    await expect(expectWritable(path.join(absent, "out.png"))).rejects.toThrow(
      `There is no folder ${absent}. Make it first.`,
    );
  });
});

describe("the command", () => {
  it("minds no reader that leaves", async () => {
    const child = spawn(process.execPath, [PROGRAM, "models", "list"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let errors = "";
    child.stderr.on("data", (part: Buffer) => (errors += part.toString()));
    const [code] = (await once(child, "close")) as [number];
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
  });

  it("says that a folder is no picture", async () => {
    const call = promisify(execFile)(process.execPath, [PROGRAM, "describe", "."], { cwd: folder });
    await expect(call).rejects.toMatchObject({ code: 2, stderr: "atelier: . is a folder. Name a file.\n" });
  });

  it("says what learning needs", async () => {
    const env = { ...process.env, MODELS_DIR: folder };
    const call = promisify(execFile)(process.execPath, [PROGRAM, "style", "learn", "file.txt", "--name", "x"], {
      cwd: folder,
      env,
    });
    await expect(call).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("atelier models install stable-diffusion-v1-4"),
    });
  });

  it("says that another demo is running, and ends", async () => {
    const lock = lockFolder(path.join(folder, "data/demo"));
    const call = promisify(execFile)(process.execPath, [PROGRAM, "demo", "--port", "0"], { cwd: folder });
    await expect(call).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^Another bot is running on [^\n]+\natelier: The bot ended before it was ready[^\n]+\n$/,
      ),
    });
    lock.release();
  });

  it("says that the demo's port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const call = promisify(execFile)(process.execPath, [PROGRAM, "demo", "--port", String(port)], { cwd: folder });
    await expect(call).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^atelier: Port \d+ is taken, perhaps by another demo\. Choose another: [^\n]+\n$/),
    });
    server.close();
  });
});
