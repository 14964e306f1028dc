import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import pino from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { CancelledError, type UserError } from "../../src/errors.ts";
import { Reader, type ReaderOptions } from "../../src/reader/reader.ts";
import { encodeTokenFile, readTokenFile } from "../../src/stylize/diffusion/token-file.ts";
import { gone } from "../engine/workplace.ts";
import { open, quarters, tiffOfPages } from "../images/pictures.ts";

// Processes are started one after the other; a busy machine takes seconds for each.
const MEBIBYTE = 1024 * 1024;

let folder: string;
let sound: string;
const readers: Reader[] = [];
let written = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-reader-"));
  sound = await file(await open(quarters(96, 64)).jpeg().toBuffer());
});

afterAll(() => rm(folder, { recursive: true }));

afterEach(() => {
  for (const writer of writers.splice(0)) closeSync(writer);
});

afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.stop()));
});

async function file(bytes: Uint8Array): Promise<string> {
  const name = path.join(folder, `upload-${++written}`);
  await writeFile(name, bytes);
  return name;
}

/** A file that never comes to an end: reading it takes for ever, and no processor. */
function endless(): string {
  const name = path.join(folder, `endless-${++written}`);
  execFileSync("mkfifo", [name]);
  return name;
}

const writers: number[] = [];

/** Whether somebody has it open: only then it can be opened for writing without waiting. */
function isBeingRead(fifo: string): boolean {
  try {
    writers.push(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

function useReader(options: Partial<ReaderOptions> = {}) {
  const reader = new Reader({ log: pino({ level: "silent" }), memoryBytes: 1024 * MEBIBYTE, ...options });
  readers.push(reader);
  reader.start();
  const target = (source: string): string => `${source}.kept`;
  const picture = (source: string, signal?: AbortSignal) =>
    reader.picture(
      { source, target: target(source), role: "content", maxBytes: 20 * MEBIBYTE, maxPixels: 50e6 },
      signal,
    );
  const token = (source: string) => reader.token({ source, target: target(source), name: "“waves”" });
  return { reader, picture, token, target };
}

const refused = (reading: Promise<unknown>): Promise<UserError> =>
  reading.then(
    () => expect.unreachable("it was taken"),
    (error: unknown) => error as UserError,
  );

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("a reader", () => {
  it("opens pictures and learned styles, and writes them as they are kept", async () => {
    const { reader, picture, token, target } = useReader();
    expect(await picture(sound)).toEqual({ width: 96, height: 64, notes: [] });
    expect((await readFile(target(sound))).subarray(1, 4).toString()).toBe("PNG");
    const vectors = { data: new Float32Array(16).fill(0.25), shape: [2, 8] };
    const about = { name: "waves", description: null, styleSha256: null, steps: 9, loss: null };
    const given = await file(encodeTokenFile({ vectors, about }));
    expect(await token(given)).toEqual({ vectors: 2, about });
    expect(await readTokenFile(target(given), "kept")).toEqual({ vectors, about });

    const text = await file(Buffer.from("hello"));
    expect((await refused(picture(text))).identifier).toBe("picture-not-an-image");
    expect((await refused(token(text))).message).toMatch(/^“waves” is no learned style that I can use/);
    // Not a word of the machine's.
    expect((await refused(picture(path.join(folder, "nothing")))).message).toBe("a file could not be read");

    const [pid] = reader.pids;
    const reading = refused(picture(sound));
    await reader.stop();
    expect(await reading).toBeInstanceOf(CancelledError);
    expect(await refused(picture(sound))).toBeInstanceOf(CancelledError);
    expect(isAlive(pid!)).toBe(false);
  });
});

describe("a file that takes too long", () => {
  it("is refused while its header is being read, and takes its process with it", async () => {
    const { reader, picture } = useReader({ pictureSeconds: 0.1 });
    // Half a second of counting, on a quick machine.
    const book = await file(tiffOfPages(60_000));
    const [pid] = reader.pids;
    const error = await refused(picture(book));
    expect(error.identifier).toBe("picture-too-slow");
    expect(error.message).toMatch(/takes too long to open\. Please send a smaller one/);
    await gone(pid!);
  });

  it("is refused when its parser is not heard of any more", async () => {
    const module = path.join(import.meta.dirname, "fixtures/stuck.ts");
    const { token } = useReader({ module, tokenSeconds: 0.2 });
    expect((await refused(token(sound))).message).toBe(
      "“waves” is no learned style that I can use: it takes too long to read.",
    );
  });
});

describe.skipIf(process.platform === "win32")("among files that never end (needs mkfifo)", () => {
  it("those that wait for a process end with the reader, or when nobody waits for them any more", async () => {
    const { picture } = useReader();
    const stuck = Array.from({ length: 6 }, () => refused(picture(endless())));
    const tired = new AbortController();
    const given = refused(picture(sound, tired.signal));
    tired.abort(new CancelledError("tired"));
    expect((await given).message).toBe("tired");
    await readers.at(-1)!.stop();
    for (const error of await Promise.all(stuck)) expect(error).toBeInstanceOf(CancelledError);
  });

  it("a crash fails the one it happened over, in words, after a second try", async () => {
    const { reader, picture } = useReader();
    await picture(sound);
    const source = endless();
    const reading = refused(picture(source));
    for (let crash = 0; crash < 2; crash++) {
      await expect.poll(() => isBeingRead(source)).toBe(true);
      const [pid] = reader.pids;
      process.kill(pid!, "SIGSEGV");
      await gone(pid!);
    }
    const error = await reading;
    expect(error.identifier).toBe("picture-broke");
    expect(error.message).toMatch(/^The content picture cannot be opened\. Please open it, save it again/);
    expect(await picture(sound)).toMatchObject({ width: 96 });
  });

  it("one that takes more memory than it may is refused", async () => {
    const { picture } = useReader({ memoryBytes: 1 });
    expect((await refused(picture(endless()))).message).toBe(
      "The content picture takes more memory to open than I may use. Please send a smaller one.",
    );
  });

  it("a killed bot leaves no process behind, whatever it is at", async () => {
    const script = path.join(import.meta.dirname, "fixtures/bot.ts");
    const bot = spawn(process.execPath, ["--import", "tsx/esm", script, endless()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: bot.stdout }), "line")) as [string];
    expect(isAlive(Number(line))).toBe(true);
    bot.kill("SIGKILL");
    await gone(Number(line));
  });
});
