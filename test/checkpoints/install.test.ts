import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { CatalogueEntry } from "../../src/checkpoints/catalogue.ts";
import { HubCache } from "../../src/checkpoints/hub-cache.ts";
import { HubClient, type HubOptions } from "../../src/checkpoints/hub.ts";
import { installCheckpoint, type InstallEvent, type InstallOptions } from "../../src/checkpoints/install.ts";
import { CheckpointStore } from "../../src/checkpoints/store.ts";
import { verifyCheckpoint } from "../../src/checkpoints/verify.ts";
import { CancelledError, UserError } from "../../src/errors.ts";
import { bytesOf, COMMIT, end, gitSha1, LocalHub, sendRange, sha256 } from "./local-hub.ts";

const REPO = "painters/tiny";
const SEGMENT = 16 * 1024;
const config = Buffer.from('{"channels":4}\n');
const weights = bytesOf(10 * SEGMENT + 123);

const entry: CatalogueEntry = {
  name: "tiny",
  title: "A tiny painter",
  purpose: "stylizer",
  layout: "diffusers",
  megabytes: 1,
  licence: { name: "Painters' terms", url: "https://example.org/terms" },
  sources: [
    {
      repo: REPO,
      revision: "main",
      files: [
        { path: "unet/config.json" },
        { path: "unet/weights.safetensors", as: "unet/model.safetensors" },
        { path: "extra.json", optional: true },
      ],
    },
  ],
};

let hub: LocalHub;
let root: string;
let store: CheckpointStore;
let events: InstallEvent[];

beforeEach(async () => {
  hub = await LocalHub.start();
  hub.files.set(`${REPO}/unet/config.json`, config);
  hub.files.set(`${REPO}/unet/weights.safetensors`, weights);
  root = await realpath(await mkdtemp(path.join(tmpdir(), "atelier-install-")));
  store = new CheckpointStore(path.join(root, "models"));
  events = [];
});

afterEach(async () => {
  await hub.stop();
  await rm(root, { recursive: true, force: true });
});

const retry = { attempts: 3, firstDelayMs: 1, longestDelayMs: 20 };

const install = (options: Partial<InstallOptions> = {}, client: Partial<HubOptions> = {}) =>
  installCheckpoint({
    entry,
    store,
    hub: new HubClient({ endpoint: hub.endpoint, retry, silenceMs: 5000, ...client }),
    cache: new HubCache(path.join(root, "cache")),
    acceptLicence: async () => true,
    onEvent: (event) => events.push(event),
    segmentBytes: SEGMENT,
    ...options,
  });

const installed = (name: string): string => path.join(root, "models", "tiny", name);
const expectWhole = async (): Promise<void> => {
  expect((await readFile(installed("unet/model.safetensors"))).equals(weights)).toBe(true);
  expect((await readFile(installed("unet/config.json"))).equals(config)).toBe(true);
  expect(await verifyCheckpoint(store, "tiny")).toEqual([]);
  expect((await readdir(installed("unet"))).toSorted()).toEqual(["config.json", "model.safetensors"]);
};
const bytesServed = (): number =>
  hub.downloads
    .map(({ range }) => /^bytes=(\d+)-(\d+)$/.exec(range ?? ""))
    .reduce((sum, match) => sum + (match ? Number(match[2]) - Number(match[1]) + 1 : 0), 0);
const ofType = <T extends InstallEvent["type"]>(type: T): Extract<InstallEvent, { type: T }>[] =>
  events.filter((event): event is Extract<InstallEvent, { type: T }> => event.type === type);

describe("an installation", () => {
  it("downloads what the catalogue names, checked, with a record of where it is from", async () => {
    const manifest = await install();
    await expectWhole();
    expect(manifest.sources).toEqual([{ repo: REPO, revision: "main", commit: COMMIT }]);
    expect(manifest.files.map((file) => [file.path, file.size, file.checksum.algorithm])).toEqual([
      ["unet/config.json", config.length, "git-sha1"],
      ["unet/model.safetensors", weights.length, "sha256"],
    ]);
    expect(await store.installed()).toEqual([manifest]);
    expect(events[0]).toEqual({ type: "resolved", repo: REPO, commit: COMMIT, offline: false });
    expect(ofType("planned")).toEqual([
      { type: "planned", files: 2, size: weights.length + config.length, toDownload: weights.length + config.length },
    ]);
    expect(ofType("progress").at(-1)).toMatchObject({ received: weights.length, size: weights.length });
    expect(events.at(-1)).toMatchObject({ type: "installed", folder: path.join(root, "models", "tiny") });
  });

  it("fetches several ranges at once, each byte once, in the catalogue's commit", async () => {
    await install();
    expect(hub.mostOpen).toBeGreaterThan(1);
    expect(hub.mostOpen).toBeLessThanOrEqual(4);
    expect(bytesServed()).toBe(2 * weights.length); // once at the hub, which redirects, and once at the files' host
    expect(hub.downloads.every(({ host, path }) => host === "files" || path.includes(COMMIT))).toBe(true);
  });

  it("sends the token to the hub and not to where the hub redirects", async () => {
    await install({}, { token: "hf_secret" });
    const at = (host: string): (string | null)[] => [
      ...new Set(hub.requests.filter((request) => request.host === host).map(({ authorization }) => authorization)),
    ];
    expect(at("hub")).toEqual(["Bearer hf_secret"]);
    expect(at("files")).toEqual([null]);
  });

  it("finds everything in place the second time", async () => {
    await install();
    hub.requests.length = 0;
    await install();
    expect(hub.downloads).toEqual([]);
    expect(ofType("reused").map(({ from }) => from)).toEqual(["folder", "folder"]);
  });

  it("replaces a file that was altered", async () => {
    await install();
    await writeFile(installed("unet/model.safetensors"), Buffer.alloc(weights.length));
    expect(await verifyCheckpoint(store, "tiny")).toEqual([{ file: "unet/model.safetensors", fault: "checksum" }]);
    await install();
    await expectWhole();
  });
});

describe("a connection that breaks", () => {
  it("goes on with the bytes that are missing", async () => {
    let broken = 0;
    hub.misbehave = ({ host, range }, response, content) => {
      if (host !== "files" || broken >= 5 || !range) return false;
      broken += 1;
      const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(range)!;
      const part = content!.subarray(Number(start), Number(last) + 1);
      response.writeHead(206, {
        "content-length": part.length,
        "content-range": `bytes ${start}-${last}/${content!.length}`,
      });
      response.write(part.subarray(0, part.length >> 1), () => response.destroy());
      return true;
    };
    await install();
    await expectWhole();
    expect(ofType("retry").length).toBeGreaterThanOrEqual(5);
    const asked = hub.downloads.filter(({ host, range }) => host === "files" && range).length;
    expect(asked).toBe(11 + 5);
  });

  it("gives up when nothing ever arrives, and keeps what did", async () => {
    hub.misbehave = ({ host, range }, response) => {
      if (host !== "files" || range?.startsWith("bytes=0-")) return false;
      response.destroy();
      return true;
    };
    await expect(install({ connections: 1 })).rejects.toMatchObject({ name: "HubError", fault: "network" });
    expect(await store.manifest("tiny")).toBeNull();
    const partial = (await readdir(installed("unet"))).find((name) => name.endsWith(".part"))!;
    expect((await stat(installed(`unet/${partial}`))).size).toBe(SEGMENT);

    hub.misbehave = () => false;
    hub.requests.length = 0;
    events = [];
    await install();
    await expectWhole();
    expect(hub.downloads.some(({ range }) => range?.startsWith("bytes=0-"))).toBe(false);
    expect(ofType("planned")[0]!.toDownload).toBe(weights.length - SEGMENT);
  });

  it("counts silence as a break", async () => {
    let silent = 0;
    hub.misbehave = ({ host, range }, response) => {
      if (host !== "files" || !range?.startsWith("bytes=0-") || silent > 0) return false;
      silent += 1;
      response.writeHead(206, {
        "content-length": SEGMENT,
        "content-range": `bytes 0-${SEGMENT - 1}/${weights.length}`,
      });
      response.flushHeaders();
      return true;
    };
    await install({}, { silenceMs: 100 });
    await expectWhole();
    expect(ofType("retry")[0]!.reason).toContain("silent");
  });

  it("says so when there is no hub", async () => {
    await expect(install({}, { endpoint: "http://127.0.0.1:1" })).rejects.toMatchObject({
      fault: "network",
      message: expect.stringMatching(/127\.0\.0\.1:1 failed .*Is this machine online\?/) as unknown,
    });
  });
});

describe("a server that sends something else", () => {
  it("is not believed when the content is wrong: a fresh start, then an error, and nothing left in place", async () => {
    const wrong = Buffer.from(weights);
    wrong[5000]! ^= 1;
    hub.misbehave = ({ host, range }, response) => {
      if (host === "files") sendRange(response, wrong, range);
      return host === "files";
    };
    await expect(install()).rejects.toMatchObject({
      fault: "corrupt",
      message: expect.stringContaining("twice") as unknown,
    });
    expect(await readdir(installed("unet"))).toEqual(["config.json"]);
    expect(await store.manifest("tiny")).toBeNull();
  });

  it("may be right the second time", async () => {
    let served = 0;
    hub.misbehave = ({ host, range }, response, content) => {
      if (host !== "files" || ++served > 3) return false;
      sendRange(response, Buffer.alloc(content!.length), range);
      return true;
    };
    await install();
    expect(served).toBeGreaterThan(3);
    await expectWhole();
  });

  it("throws away a damaged part of an earlier download", async () => {
    const partial = `model.safetensors.${sha256(weights).slice(0, 12)}.part`;
    await mkdir(installed("unet"), { recursive: true });
    await writeFile(installed(`unet/${partial}`), Buffer.alloc(SEGMENT));
    await install();
    expect(await readdir(installed("unet"))).not.toContain(partial);
    await expectWhole();
  });

  it.each([
    ["the whole file for every range", 0],
    ["the whole file for every range, and breaks off twice", 2],
  ])("%s", async (_title, breaks) => {
    let broken = 0;
    hub.misbehave = ({ host }, response, content) => {
      if (host !== "files") return false;
      response.writeHead(200, { "content-length": content!.length });
      if (broken++ >= breaks + 4) response.end(content);
      else response.write(content!.subarray(0, (content!.length * (broken + 1)) >> 3), () => response.destroy());
      return true;
    };
    await install({}, { retry: { ...retry, attempts: 9 } });
    expect(broken).toBeGreaterThan(breaks);
    await expectWhole();
  });

  it.each([
    ["fewer", -10],
    ["more", 10],
  ])("%s bytes than the hub says", async (word, difference) => {
    const other = bytesOf(weights.length + difference);
    hub.misbehave = ({ host, range }, response) => {
      if (host === "files") sendRange(response, other, range);
      return host === "files";
    };
    const bigSegment = { segmentBytes: 1 << 30 };
    await expect(install(bigSegment)).rejects.toMatchObject({
      fault: "size",
      message: expect.stringContaining(`sends ${word} bytes for unet/weights.safetensors`) as unknown,
    });
    await expect(install()).rejects.toMatchObject({ name: "HubError" });
  });

  it("another range than was asked for", async () => {
    hub.misbehave = ({ host }, response) => {
      if (host === "files") sendRange(response, weights, `bytes=7-${SEGMENT + 6}`);
      return host === "files";
    };
    await expect(install()).rejects.toMatchObject({ fault: "protocol" });
  });

  it("redirects in circles", async () => {
    hub.misbehave = ({ host, path }, response) => {
      if (host !== "hub" || !path.includes("/resolve/")) return false;
      end(response, 302, { location: path });
      return true;
    };
    await expect(install()).rejects.toMatchObject({
      fault: "protocol",
      message: expect.stringContaining("circles") as unknown,
    });
  });

  it("is no hub at all", async () => {
    hub.misbehave = (_request, response) => {
      end(response, 200, {}, Buffer.from("<html>hello</html>"));
      return true;
    };
    await expect(install()).rejects.toMatchObject({ name: "HubError" });
  });
});

describe("an answer that is an error", () => {
  const answerAll = (status: number, headers: Record<string, string> = {}): void => {
    hub.misbehave = ({ host }, response) => {
      if (host === "hub") end(response, status, headers);
      return host === "hub";
    };
  };

  it.each([
    [
      401,
      {},
      undefined,
      "unauthorized",
      "painters/tiny does not exist, or only opens to people who are signed in: set HF_TOKEN",
    ],
    [401, {}, "hf_x", "unauthorized", "refuses your HF_TOKEN"],
    [403, {}, undefined, "gated", "/painters/tiny, sign in and agree. Then set HF_TOKEN"],
    [403, {}, "hf_x", "gated", "Your HF_TOKEN has not been given access"],
    [401, { "x-error-code": "GatedRepo" }, undefined, "gated", "wants its terms agreed to"],
    [404, { "x-error-code": "RevisionNotFound" }, undefined, "not-found", "no revision main"],
    [404, {}, undefined, "not-found", "does not have painters/tiny"],
    [416, {}, undefined, "range", "shorter than the hub says"],
    [429, { "retry-after": "0" }, undefined, "rate-limited", "HF_TOKEN, which raises the limit"],
    [503, {}, undefined, "server", "in trouble (status 503)"],
    [418, {}, undefined, "protocol", "answered 418"],
  ] as const)("%d %j with token %s is %s", async (status, headers, token, fault, words) => {
    answerAll(status, headers);
    await expect(install({}, { token })).rejects.toMatchObject({
      name: "HubError",
      status,
      fault,
      message: expect.stringContaining(words) as unknown,
    });
  });

  it("never shows the token", async () => {
    answerAll(403);
    await expect(install({}, { token: "hf_secret" })).rejects.toMatchObject({
      message: expect.not.stringContaining("hf_secret") as unknown,
    });
  });

  it("waits and asks again after 429 and 5xx", async () => {
    let answers = 0;
    hub.misbehave = ({ path }, response) => {
      if (!path.includes("/resolve/") || ++answers % 2 === 0) return false;
      end(response, answers % 4 === 1 ? 429 : 502, { "retry-after": "0.01" });
      return true;
    };
    await install({ connections: 1 });
    await expectWhole();
    expect(ofType("retry").length).toBeGreaterThan(5);
    expect(ofType("retry").every(({ delayMs }) => delayMs >= 1 && delayMs <= 20)).toBe(true);
  });

  it("names the files that the revision lacks", async () => {
    hub.files.delete(`${REPO}/unet/weights.safetensors`);
    await expect(install()).rejects.toMatchObject({
      fault: "not-found",
      message: "painters/tiny at revision main has no unet/weights.safetensors.",
    });
  });

  it("does not take a file that differs from the catalogue's own checksum", async () => {
    const [source] = entry.sources;
    const files = [{ path: "unet/weights.safetensors", sha256: "0".repeat(64) }];
    await expect(install({ entry: { ...entry, sources: [{ ...source!, files }] } })).rejects.toMatchObject({
      fault: "corrupt",
    });
  });
});

describe("the hub's cache", () => {
  const keep = async (content: Buffer, digest: string, name: string): Promise<string> => {
    const folder = path.join(root, "cache", "models--painters--tiny");
    const snapshot = path.join(folder, "snapshots", COMMIT, name);
    const blob = path.join(folder, "blobs", digest);
    await mkdir(path.dirname(snapshot), { recursive: true });
    await mkdir(path.dirname(blob), { recursive: true });
    await mkdir(path.join(folder, "refs"), { recursive: true });
    await writeFile(blob, content);
    await symlink(path.relative(path.dirname(snapshot), blob), snapshot);
    await writeFile(path.join(folder, "refs", "main"), COMMIT);
    return blob;
  };

  it("lends its files: linked, not downloaded, not copied", async () => {
    const blob = await keep(weights, sha256(weights), "unet/weights.safetensors");
    await install();
    await expectWhole();
    expect((await stat(installed("unet/model.safetensors"))).ino).toBe((await stat(blob)).ino);
    expect(hub.downloads.map(({ path }) => path)).toEqual([`/${REPO}/resolve/${COMMIT}/unet/config.json`]);
    expect(ofType("reused")).toEqual([
      { type: "reused", file: "unet/model.safetensors", size: weights.length, from: "cache" },
    ]);
    await rm(installed("unet/model.safetensors"));
    expect((await readFile(blob)).equals(weights)).toBe(true);
  });

  it("is not believed blindly, and not written through", async () => {
    const blob = await keep(Buffer.alloc(weights.length), sha256(weights), "unet/weights.safetensors");
    await mkdir(installed("unet"), { recursive: true });
    await symlink(blob, installed("unet/model.safetensors"));
    await install();
    await expectWhole();
    expect((await readFile(blob)).equals(Buffer.alloc(weights.length))).toBe(true);
  });

  it("is enough without a network", async () => {
    await keep(weights, sha256(weights), "unet/weights.safetensors");
    await keep(config, gitSha1(config), "unet/config.json");
    await install({}, { endpoint: "http://127.0.0.1:1" });
    await expectWhole();
    expect(events[0]).toEqual({ type: "resolved", repo: REPO, commit: COMMIT, offline: true });
  });
});

describe("before anything is downloaded", () => {
  it("asks for agreement to the licence, once", async () => {
    let asked = 0;
    const acceptLicence = async (): Promise<boolean> => ++asked > 1;
    await expect(install({ acceptLicence })).rejects.toMatchObject({
      identifier: "licence-not-accepted",
      message: expect.stringContaining("Painters' terms, https://example.org/terms") as unknown,
    });
    expect(hub.requests).toEqual([]);
    await install({ acceptLicence });
    await install({ acceptLicence });
    expect(asked).toBe(2);
    const changed = { ...entry, licence: { ...entry.licence, url: "https://example.org/terms-2" } };
    await install({ entry: changed, acceptLicence });
    expect(asked).toBe(3);
  });

  it("makes sure that no other process is at it, and takes over from one that died", async () => {
    const lock = path.join(root, "models", "tiny.lock");
    await mkdir(path.dirname(lock), { recursive: true });
    await writeFile(lock, String(process.ppid));
    await expect(install()).rejects.toMatchObject({ identifier: "already-installing" });
    await writeFile(lock, "999999999");
    await install();
    await expectWhole();
    expect(await readdir(path.dirname(lock))).not.toContain("tiny.lock");
  });

  it("looks for room on the disk", async () => {
    await expect(install({ free: async () => 300_000_000 })).resolves.toBeDefined();
    await store.remove("tiny");
    hub.requests.length = 0;
    await expect(install({ free: async () => 1_000_000 })).rejects.toMatchObject({
      identifier: "disk-space",
      message: expect.stringContaining("1.0 MB free") as unknown,
    });
    expect(hub.downloads).toEqual([]);
  });
});

describe("cancelling", () => {
  it("stops at once and keeps what has arrived", async () => {
    const controller = new AbortController();
    const onEvent = (event: InstallEvent): void => {
      if (event.type === "progress" && event.received > 3 * SEGMENT) controller.abort();
    };
    const promise = install({ signal: controller.signal, onEvent, connections: 2 });
    await expect(promise).rejects.toBeInstanceOf(CancelledError);
    expect(await store.manifest("tiny")).toBeNull();
    expect((await readdir(installed("unet"))).some((name) => name.endsWith(".part"))).toBe(true);
    await install();
    await expectWhole();
  });

  it("does not wait for a server that asked for patience", async () => {
    hub.misbehave = ({ path }, response) => {
      if (!path.includes("/resolve/")) return false;
      end(response, 429, { "retry-after": "3600" });
      return true;
    };
    const controller = new AbortController();
    const onEvent = (event: InstallEvent): void => {
      if (event.type === "retry") setTimeout(() => controller.abort(), 5);
    };
    const started = performance.now();
    const patient = { attempts: 5, firstDelayMs: 1, longestDelayMs: 60_000 };
    await expect(install({ signal: controller.signal, onEvent }, { retry: patient })).rejects.toBeInstanceOf(
      CancelledError,
    );
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("what is installed", () => {
  it("is verified and removed by name", async () => {
    await expect(verifyCheckpoint(store, "tiny")).rejects.toBeInstanceOf(UserError);
    await expect(store.remove("tiny")).rejects.toMatchObject({ identifier: "not-installed" });
    await install();
    await rm(installed("unet/config.json"));
    await writeFile(installed("unet/model.safetensors"), "short");
    expect(await verifyCheckpoint(store, "tiny")).toEqual([
      { file: "unet/config.json", fault: "missing" },
      { file: "unet/model.safetensors", fault: "size" },
    ]);
    await store.remove("tiny");
    expect(await store.installed()).toEqual([]);
    await expect(store.remove("../models")).rejects.toMatchObject({ identifier: "not-installed" });
  });
});
