/** Files that were made to be slow or large to read: refused in words, at the cost of their length. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { UserError } from "../../../src/errors.ts";
import { readTokenFile } from "../../../src/stylize/diffusion/token-file.ts";
import { zipOf } from "./zip-writer.ts";

/** Seconds of the processor, not of the clock, so that a busy machine changes nothing. */
const MOST_SECONDS = 1.5;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "atelier-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const uint32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const text = (value: string): Buffer => Buffer.concat([bytes("X"), uint32(value.length), bytes(value)]);
const times = (count: number, make: (i: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
const pickle = (...parts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat([
    bytes("\x80\x02"),
    ...parts.map((part) => (typeof part === "string" ? bytes(part) : part)),
    bytes("."),
  ]);
const remember = (slot: number): Buffer => Buffer.concat([bytes("r"), uint32(slot)]);
const recall = (slot: number): Buffer => Buffer.concat([bytes("j"), uint32(slot)]);

/** Leaves `_rebuild_tensor_v2` in slot 0 and a storage of `count` floats in slot 1. */
const prepared = (count: number): Buffer =>
  Buffer.concat([
    bytes("]ctorch._utils\n_rebuild_tensor_v2\n"),
    remember(0),
    bytes("a("),
    text("storage"),
    bytes("ctorch\nFloatStorage\n"),
    text("0"),
    text("cpu"),
    bytes("J"),
    uint32(count),
    bytes("tQ"),
    remember(1),
    bytes("a"),
  ]);
/** A tensor [length] over that storage. */
const tensor = (length: number): Buffer =>
  Buffer.concat([recall(0), bytes("("), recall(1), bytes("K\0J"), uint32(length), bytes("\x85K\x01\x85\x89NtR")]);

/** A list of two times a list of two times a list …, `levels` deep, on top of the stack. */
const doubled = (levels: number): Buffer =>
  Buffer.concat([
    bytes("]"),
    remember(0),
    times(levels, (i) => Buffer.concat([bytes("]("), recall(i), recall(i), bytes("e"), remember(i + 1)])),
  ]);

const archive = (made: Buffer, floats = 4): Buffer =>
  zipOf([
    ["a/data.pkl", made],
    ["a/data/0", Buffer.alloc(4 * floats)],
  ]);

const HOSTILE: Readonly<Record<string, () => Buffer>> = {
  "hundreds of names that begin with the same long key": () =>
    archive(
      pickle(
        prepared(4),
        "}(",
        text("k".repeat(350_000)),
        "}(",
        text("100000"),
        tensor(4),
        remember(2),
        times(600, (i) => Buffer.concat([text(String(100_001 + i)), recall(2)])),
        "uua",
      ),
    ),
  "lists that double": () => archive(pickle(doubled(28))),
  "a global named by lists that double": () => archive(pickle(doubled(24), text("name"), "\x93")),
  "a shape of many axes, taken again and again": () =>
    archive(
      pickle(
        prepared(4),
        "(",
        times(100_000, () => bytes("K\x01")),
        "t",
        remember(2),
        times(15_000, () =>
          Buffer.concat([recall(0), bytes("("), recall(1), bytes("K\0"), recall(2), recall(2), bytes("tR")]),
        ),
      ),
    ),
  "a storage's key of many characters, asked for again and again": () =>
    archive(
      pickle(
        "(",
        text("storage"),
        "ctorch\nFloatStorage\n",
        text("0".repeat(200_000)),
        text("cpu"),
        "K\x04t",
        remember(0),
        times(40_000, () => Buffer.concat([recall(0), bytes("Q")])),
      ),
    ),
  "thousands of tensors in one place": () =>
    archive(
      pickle(
        prepared(100_000),
        times(3000, () => Buffer.concat([tensor(100_000), bytes("a")])),
      ),
      100_000,
    ),
  "a directory of names of one length": () =>
    zipOf(Array.from({ length: 16 }, (_, i) => [`${"n".repeat(20_000)}${100 + i}`, Buffer.alloc(0)] as const)),
  "a name of many characters that is missing": () => archive(pickle(text("m".repeat(300_000)), text("n"), "\x93")),
};

describe("a token file made to be slow", () => {
  it.each(Object.entries(HOSTILE))("is refused at once: %s", async (_title, make) => {
    const file = path.join(folder, "given.bin");
    const made = make();
    expect(made.length).toBeLessThan(680_000); // what is longer is refused unread
    writeFileSync(file, made);
    const before = process.cpuUsage();
    const fault: unknown = await readTokenFile(file, "given.bin").catch((error: unknown) => error);
    const { user, system } = process.cpuUsage(before);
    expect(fault).toBeInstanceOf(UserError);
    expect((fault as Error).message.length).toBeLessThan(250);
    expect((user + system) / 1e6).toBeLessThan(MOST_SECONDS);
  });
});
