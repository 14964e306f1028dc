/** Downloads over connections that break and from servers that send something else. */
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";

import { describe, expect, it } from "vitest";

import type { InstallEvent } from "../../src/checkpoints/install.ts";
import { CancelledError } from "../../src/errors.ts";
import {
  events,
  expectWhole,
  hub,
  install,
  installed,
  ofType,
  retry,
  SEGMENT,
  store,
  useInstallation,
  weights,
} from "./installation.ts";
import { bytesOf, end, sendRange, sha256 } from "./local-hub.ts";

useInstallation();

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
    events.length = 0;
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
    await install({}, { silenceMs: 1500 });
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
    await install({}, { retry: { ...retry, tries: 9 } });
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
    const patient = { tries: 5, pauses: { firstMs: 1, longestMs: 60_000 } };
    await expect(install({ signal: controller.signal, onEvent }, { retry: patient })).rejects.toBeInstanceOf(
      CancelledError,
    );
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
