/** Pictures in a bucket of a real S3 server: whole and for all machines, through faults of the network, refused in words. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type BucketAddress, readPicturesAddress } from "../../src/pictures/address.ts";
import { Bucket, type BucketKeys } from "../../src/pictures/bucket.ts";
import { openPictures, type PicturesConfig } from "../../src/pictures/index.ts";
import { hindranceOf } from "../../src/room.ts";
import { WHOLE } from "../../src/shard.ts";
import { sha256Of } from "../../src/sha256.ts";
import { Eraser } from "../../src/store/erasing/eraser.ts";
import { sweep } from "../../src/store/erasing/retention-sweep.ts";
import { openStore } from "../../src/store/store.ts";
import { freePort } from "../remote/free-port.ts";
import { findS3Server, type S3Server, startS3Server } from "../remote/s3-server.ts";
import { ADA, doneJob } from "../store/done-job.ts";
import { picturesContract } from "./contract.ts";

const execFileAsync = promisify(execFile);
const program = await findS3Server();

describe.skipIf(program === null)("pictures in a bucket (needs SeaweedFS)", () => {
  let server: S3Server;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-bucket-"));
    server = await startS3Server(program!);
  });

  afterAll(async () => {
    await server?.remove();
    await rm(folder, { recursive: true });
  });

  const settings = (over: Partial<PicturesConfig> = {}, keys: BucketKeys = server.owner): PicturesConfig => ({
    DATA_DIR: path.join(folder, randomBytes(4).toString("hex")),
    PICTURES_URL: `s3://pictures/of/a/bot?endpoint=${server.endpoint}`,
    S3_ACCESS_KEY_ID: keys.accessKeyId,
    S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...over,
  });

  picturesContract(() => openPictures(settings()));

  it("are listed over many pages, without what is another's", async () => {
    const all = `s3://pictures/listed?endpoint=${server.endpoint}`;
    const address = readPicturesAddress(all) as BucketAddress;
    const beside = new Bucket({ address: { ...address, prefix: "listed-beside/" }, keys: server.owner });
    const bucket = new Bucket({ address, keys: server.owner, pageKeys: 3 });
    const keys = [];
    for (let n = 0; n < 10; n++) keys.push(`${n % 4}/${n} & <${n}>.png`);
    for (const key of keys)
      for (const one of [bucket, beside])
        await one.put(encodeURI(key), Buffer.from(key), await sha256Of(Buffer.from(key)));
    const found = [];
    for await (const { key, bytes } of bucket.list()) {
      found.push(key);
      expect(bytes).toBe(key.length);
    }
    expect(found).toEqual(keys.toSorted());
  });

  it("are swept when nobody refers to them and they are a day old, and what is others' stays", async () => {
    const config = settings({ PICTURES_URL: `s3://pictures/swept?endpoint=${server.endpoint}` });
    const files = await openPictures(config);
    const store = await openStore(config.DATA_DIR, undefined, { files });
    const kept = await doneJob(store, ADA, "1");
    const stray = await files.put(randomBytes(50));
    const address = readPicturesAddress(config.PICTURES_URL!) as BucketAddress;
    const bucket = new Bucket({ address, keys: server.owner });
    await bucket.put("notes/read.me", Buffer.from("x"), await sha256Of(Buffer.from("x")));
    const eraser = new Eraser({ store, dataDir: config.DATA_DIR });
    const after = (ms: number): Promise<unknown> => {
      const how = { shard: WHOLE, days: 30, maxBytes: null, now: Date.now() + ms, breathe: () => Promise.resolve() };
      return sweep({ store, eraser, dataDir: config.DATA_DIR, ...how });
    };
    expect(await after(20 * 3_600_000)).toMatchObject({ files: 0 });
    expect(await after(25 * 3_600_000)).toMatchObject({ files: 1, isStrangers: false });
    expect(await files.has(stray.sha256)).toBe(false);
    for (const sha256 of kept.hashes) expect(await files.has(sha256)).toBe(true);
    expect(await bucket.has("notes/read.me")).toBe(true);
    await store.close();
  });

  it("are fetched once, and found damaged where they are", async () => {
    const [here, there] = [await openPictures(settings()), await openPictures(settings())];
    const { sha256 } = await here.put(randomBytes(100));
    const file = await there.local(sha256);
    await writeFile(file, "marked");
    expect(await readFile(await there.local(sha256), "utf8")).toBe("marked");
    const address = readPicturesAddress(settings().PICTURES_URL!) as BucketAddress;
    const bucket = new Bucket({ address, keys: server.owner });
    const wrong = "0".repeat(64);
    await bucket.put(`00/${wrong}.png`, Buffer.from("bytes"), await sha256Of(Buffer.from("bytes")));
    await expect(there.local(wrong)).rejects.toThrow(/is damaged: its bytes hash to/);
  });

  it("are let go of where copies lie, but for those that are there again", async () => {
    const [here, config] = [await openPictures(settings()), settings()];
    const there = await openPictures(config);
    const kept = await Promise.all([1, 2, 3].map(async () => (await here.put(randomBytes(100))).sha256));
    const copies = await Promise.all(kept.map((sha256) => there.local(sha256)));
    const [gone, again] = kept;
    const bytes = await readFile(await here.local(again!));
    for (const sha256 of [gone!, again!]) await here.remove(sha256);
    await here.put(bytes);
    const erased = new Set([gone, again]);
    await there.letGo({ includes: (name) => erased.has(name), includesMark: () => false, isWhole: false });
    expect(copies.map((file) => existsSync(file))).toEqual([false, true, true]);
    // Also what another process put there, or an earlier run.
    const after = await openPictures(config);
    await here.remove(kept[2]!);
    await after.letGo({ includes: () => true, includesMark: () => false, isWhole: true });
    expect(copies.map((file) => existsSync(file))).toEqual([false, true, false]);
  });

  describe("over a network with faults", () => {
    /** What becomes of each request in turn; after them all get through. */
    const faults: ("503" | "silence" | "half" | "reset")[] = [];
    const proxy = createServer((asked, answer) => pass(asked, answer, faults.shift()));
    let address: BucketAddress;

    beforeAll(async () => {
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
      const { port } = proxy.address() as AddressInfo;
      address = readPicturesAddress(`s3://pictures/proxied?endpoint=http://127.0.0.1:${port}`) as BucketAddress;
    });
    afterAll(() => {
      proxy.closeAllConnections();
      proxy.close();
    });

    function pass(asked: IncomingMessage, answer: ServerResponse, fault?: (typeof faults)[number]): void {
      if (fault === "silence") return;
      if (fault === "reset") return void asked.socket.destroy();
      if (fault === "503") return void answer.writeHead(503).end();
      const { method, headers, url: target } = asked;
      const passed = request(server.endpoint + target, { method, headers }, (reply) => {
        answer.writeHead(reply.statusCode!, reply.headers);
        if (fault !== "half") reply.pipe(answer);
        else reply.once("data", (piece: Buffer) => answer.write(piece.subarray(0, 10), () => answer.destroy()));
      });
      asked.pipe(passed);
    }

    it("what may pass is tried again: errors of the server, silence, answers that break off", async () => {
      const bucket = new Bucket({ address, keys: server.owner, answerMs: 300 });
      const bytes = randomBytes(1000);
      const sha256 = await sha256Of(bytes);
      faults.push("503", "silence", "reset");
      await bucket.put("pic.png", bytes, sha256);
      faults.push("half", "503");
      expect(bytes.equals((await bucket.get("pic.png"))!)).toBe(true);
      faults.push("reset");
      expect(await bucket.has("pic.png")).toBe(true);
      faults.push("503");
      await bucket.remove("pic.png");
      expect(await bucket.get("pic.png")).toBeNull();
    });

    it("a server that stays away holds the work, like a disk that is full", async () => {
      const bucket = new Bucket({ address, keys: server.owner, tries: 2 });
      faults.push("503", "503");
      const error: unknown = await bucket
        .put("pic.png", Buffer.from("x"), await sha256Of(Buffer.from("x")))
        .catch((e: unknown) => e);
      expect(hindranceOf(error)).toBe("unwritable");
      expect(faults).toEqual([]);
    });
  });

  describe("are not begun with settings that cannot work:", () => {
    const said = (config: PicturesConfig): Promise<string> =>
      openPictures(config).then(
        () => "it is open",
        (error: { readonly identifier?: string; readonly message: string }) => {
          expect(error.identifier).toBe("pictures-unusable");
          return error.message;
        },
      );

    it.each<[string, () => Partial<PicturesConfig> | Promise<Partial<PicturesConfig>>, RegExp]>([
      ["a wrong secret", () => ({ S3_SECRET_ACCESS_KEY: "guessed" }), /refuses the keys/],
      ["an unknown key", () => ({ S3_ACCESS_KEY_ID: "stranger" }), /refuses the keys/],
      [
        "a key that may only read",
        () => ({ S3_ACCESS_KEY_ID: server.reader.accessKeyId, S3_SECRET_ACCESS_KEY: server.reader.secretAccessKey }),
        /cannot be written in the bucket pictures: the key lacks the right/,
      ],
      [
        "no such bucket",
        () => ({ PICTURES_URL: `s3://paintings?endpoint=${server.endpoint}` }),
        /There is no bucket paintings/,
      ],
      [
        "nobody there",
        async () => ({ PICTURES_URL: `s3://pictures?endpoint=http://127.0.0.1:${await freePort()}` }),
        /does not answer \(no answer: connect ECONNREFUSED.*Check the endpoint/,
      ],
    ])("%s", async (_, over, words) => {
      expect(await said(settings(await over()))).toMatch(words);
    });

    it("the bot says so and ends with exit code 2, having made nothing", async () => {
      const config = settings({ S3_SECRET_ACCESS_KEY: "guessed" });
      // A process of its own: a bot that has ended takes its process with it.
      const bot = execFileAsync(process.execPath, [path.resolve("bin/atelier.mjs"), "bot"], {
        cwd: folder,
        env: { ...process.env, DISCORD_TOKEN: "x", ...config },
      });
      await expect(bot).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining("refuses the keys") as string,
      });
      expect(existsSync(path.join(config.DATA_DIR, "atelier.db"))).toBe(false);
    });
  });
});
