import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";

import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";

import type { Upload } from "../../../src/discord/intake/downloads.ts";
import { Intake } from "../../../src/discord/intake/intake.ts";
import { CancelledError } from "../../../src/errors.ts";
import { MOST_STYLES } from "../../../src/blend.ts";
import { Reader } from "../../../src/reader/reader.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { open, quarters } from "../../images/pictures.ts";

const log = pino({ level: "silent" });
const files = new Map<string, Uint8Array>();
const server = createServer((request, response) => response.end(files.get(request.url ?? "")));

let folder: string;
let store: Store;
let reader: Reader;
let intake: Intake;
let closing: AbortController;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  files.set("/endless", Buffer.from("endless"));
  files.set("/sound", await open(quarters(96, 64)).png().toBuffer());
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-intake-"));
  store = await openStore(folder);
  const module = path.resolve(import.meta.dirname, "../../reader/fixtures/patient.ts");
  reader = new Reader({ log, module, memoryBytes: 2 ** 30, pictureSeconds: 600 });
  closing = new AbortController();
  const config = {
    DATA_DIR: folder,
    DISCORD_CDN_BASE: address(),
    MAX_UPLOAD_MB: 1,
    MAX_MEGAPIXELS: 50,
    DOWNLOAD_SECONDS: 60,
    JOBS_PER_USER: 1,
  };
  intake = new Intake({ config, store, reader, closing: closing.signal, log, admit: async () => undefined });
});

afterEach(async () => {
  closing.abort(new CancelledError());
  await reader.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const upload = (name: string): Upload => ({ url: `${address()}/${name}`, size: 0, name });

const refused = (taking: Promise<unknown>): Promise<Error> =>
  taking.then(
    () => expect.unreachable("it was taken"),
    (error: unknown) => error as Error,
  );

const incoming = (): string[] => {
  const uploads = path.join(folder, "incoming");
  return existsSync(uploads) ? readdirSync(uploads) : [];
};

it("files of one member that take for ever to open leave room for the others'", async () => {
  // As many as three commands bring: the one that may wait, and two to spare.
  const stuck = Array.from({ length: 3 * (1 + MOST_STYLES) }, () =>
    refused(intake.take("mallory", "general", { content: upload("endless") })),
  );
  const { content } = await intake.take("ada", "general", { content: upload("sound") });
  expect(content).toMatchObject({ width: 96 });
  expect((await intake.take("grace", "general", { style: upload("sound") })).style).toMatchObject({ width: 96 });
  expect(await refused(intake.take("mallory", "general", { style: upload("sound") }))).toMatchObject({
    identifier: "too-many-files",
  });
  closing.abort(new CancelledError("going down"));
  for (const error of await Promise.all(stuck)) expect(error).toBeInstanceOf(CancelledError);
});

it("what was taken stays as long as somebody has use for it, and is told by what it is for", async () => {
  const { sha256: kept } = await store.files.put(await open(quarters(8, 8)).png().toBuffer(), "png");
  const known = { sha256: kept, width: 8, height: 8, name: "known", notes: [] };
  const first = await intake.take("ada", "general", { content: upload("sound"), style: known });
  expect(first).toMatchObject({ content: { width: 96, name: "sound" }, style: known });
  const { sha256 } = first.content;
  intake.hold("ada", "modal", upload("sound"), "content");
  expect((await refused(intake.take("grace", "general", { content: { heldAs: "modal" } }))).message).toMatch(
    /window was open/,
  );
  const second = await intake.take("ada", "general", { content: { heldAs: "modal" } });
  expect(second.content).toEqual(first.content);

  await first.release();
  expect(await store.files.has(sha256)).toBe(true);
  await second.release();
  expect(await store.files.has(sha256)).toBe(false);
  expect(incoming()).toEqual([]);
});

it("a picture that was in the store and is there no more is said to be gone, and what came with it is not kept", async () => {
  const gone = { sha256: "0".repeat(64), width: 8, height: 8, name: "gone", notes: [] };
  expect(await refused(intake.take("ada", "general", { content: upload("sound"), style: gone }))).toMatchObject({
    identifier: "picture-gone",
  });
  expect(incoming()).toEqual([]);
});
