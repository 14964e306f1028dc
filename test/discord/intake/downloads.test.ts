import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { download, type DownloadLimits, type Upload } from "../../../src/discord/intake/downloads.ts";
import { CancelledError, type UserError } from "../../../src/errors.ts";

let resets = 0;

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://cdn");
  if (pathname === "/ok") response.end("picture");
  else if (pathname === "/big") response.end(Buffer.alloc(5000));
  else if (pathname === "/endless") {
    // No length is announced, and more keeps coming.
    const timer = setInterval(() => response.write(Buffer.alloc(500)), 5);
    response.on("close", () => clearInterval(timer));
  } else if (pathname === "/stall") response.write("pict");
  else if (pathname === "/elsewhere") response.writeHead(302, { location: "http://127.0.0.1:9/secret" }).end();
  else if (pathname === "/reset-once") {
    if (++resets === 1) request.socket.destroy();
    else response.end("picture");
  } else if (pathname === "/broken") response.writeHead(500).end();
  else response.writeHead(404).end();
});

let limits: DownloadLimits;
const folder = mkdtempSync(path.join(os.tmpdir(), "atelier-download-"));
const target = path.join(folder, "upload");

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  limits = { cdnBase: `http://127.0.0.1:${port}`, maxBytes: 1000, seconds: 0.4 };
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const upload = (url: string, size = 7): Upload => ({ url, size, name: "cat.png" });
const refusal = async (given: Upload): Promise<UserError> =>
  download(given, "content picture", target, limits).then(
    () => expect.unreachable("it was downloaded"),
    (error: unknown) => error as UserError,
  );

describe("a download", () => {
  it("brings the bytes", async () => {
    await download(upload(`${limits.cdnBase}/ok`), "content picture", target, limits);
    expect(readFileSync(target, "utf8")).toBe("picture");
  });

  it("is repeated when the connection breaks", async () => {
    await download(upload(`${limits.cdnBase}/reset-once`), "content picture", target, limits);
    expect(readFileSync(target, "utf8")).toBe("picture");
  });

  it.each([
    ["gone", "/nothing", "Discord does not have the content picture any more. Please upload it again."],
    ["too-large", "/big", "The content picture is too large: 0.0048 MB. I take up to 0.00095 MB."],
    ["too-large", "/endless", "The content picture is too large"],
    ["timeout", "/stall", "The content picture did not arrive within 0.4 seconds"],
    ["unreachable", "/elsewhere", "I could not fetch the content picture from Discord."],
    ["unreachable", "/broken", "I could not fetch the content picture from Discord."],
  ])("is refused as %s: %s", async (identifier, path, words) => {
    const error = await refusal(upload(limits.cdnBase + path));
    expect(error.identifier).toBe(`download-${identifier}`);
    expect(error.message).toContain(words);
  });

  it("ends when the bot goes down, with the reason of that", async () => {
    const closing = new AbortController();
    const stalled = download(upload(`${limits.cdnBase}/stall`), "content picture", target, {
      ...limits,
      seconds: 20,
      closing: closing.signal,
    });
    setTimeout(() => closing.abort(new CancelledError("going down")), 20);
    await expect(stalled).rejects.toThrow(new CancelledError("going down"));
    const late = download(upload(`${limits.cdnBase}/ok`), "content picture", target, {
      ...limits,
      closing: closing.signal,
    });
    await expect(late).rejects.toThrow(CancelledError);
  });

  it("is refused by its announced size without a request", async () => {
    expect((await refusal(upload("http://unreachable.invalid/x", 2000))).identifier).toBe("download-too-large");
  });

  it.each([
    "https://example.com/cat.png",
    "http://cdn.discordapp.com/cat.png",
    "https://cdn.discordapp.com.evil.example/cat.png",
    "https://cdn.discordapp.com:8443/cat.png",
    "https://user@evil.example/cdn.discordapp.com",
    "http://127.0.0.1:9/cat.png",
    "http://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "not an address",
  ])("never asks a foreign host: %s", async (url) => {
    expect((await refusal(upload(url))).identifier).toBe("download-host");
  });
});
