import { once } from "node:events";
import { connect } from "node:net";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { GLOBAL_PROBE, codeOf, endStage, picture, rest, type Stage, startStage, textChannel } from "./harness.ts";

const POST = "POST /channels/:id/messages";

describe("faults", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await startStage();
  });
  afterEach(() => endStage(stage));

  const texts = () => stage.discord.messages(stage.discord.channel("general").id).map(({ content }) => content);

  const posts = () => stage.discord.requests.filter(({ method }) => method === "POST");

  it("a 429 is waited out", async () => {
    stage.discord.faults.add({ route: POST, times: 1, status: 429, retryAfter: 0.2 });
    const start = performance.now();
    await textChannel(stage, "general").send("after all");
    expect(performance.now() - start).toBeGreaterThan(190);
    expect(texts()).toEqual(["after all"]);
    expect(posts().map(({ status }) => status)).toEqual([429, 200]);
  });

  it("a 429 of all routes together says so", async () => {
    const { discord } = stage;
    discord.faults.add({ route: POST, times: 1, status: 429, retryAfter: 0.3, global: true });
    const url = `${discord.apiBase}/v10/channels/${discord.channel("general").id}/messages`;
    const response = await fetch(url, { method: "POST" });
    expect(response.headers.get("x-ratelimit-scope")).toBe("global");
    expect(await response.json()).toMatchObject({ global: true, retry_after: 0.3 });
  });

  it("the page of a proxy is no JSON, and is tried again", async () => {
    stage.discord.faults.add({ route: POST, times: 1, status: 502, proxy: true });
    const url = `${stage.discord.apiBase}/v10/channels/${stage.discord.channel("general").id}/messages`;
    const response = await fetch(url, { method: "POST" });
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(await response.text()).toContain("502 Bad Gateway");
    stage.discord.faults.add({ route: POST, times: 1, status: 502, proxy: true });
    await textChannel(stage, "general").send("second time");
    expect(texts()).toEqual(["second time"]);
  });

  it("two 500 are tried again", async () => {
    stage.discord.faults.add({ route: POST, times: 2, status: 500 });
    await textChannel(stage, "general").send("third time");
    expect(texts()).toEqual(["third time"]);
  });

  it.each([
    [{ status: 403, code: 50_013 }, 50_013],
    [{ status: 413, code: 40_005 }, 40_005],
    [{ status: 400, code: 160_006 }, 160_006],
  ])("%o reaches the caller", async (fault, code) => {
    stage.discord.faults.add({ route: POST, times: 1, ...fault });
    expect(await codeOf(textChannel(stage, "general").send("x"))).toBe(code);
    expect(texts()).toEqual([]);
  });

  it("a reset connection fails once", async () => {
    stage.discord.faults.add({ route: POST, times: 1, reset: true });
    const outcome = await codeOf(textChannel(stage, "general").send("x"));
    expect(outcome === "no error" || outcome === "UND_ERR_SOCKET" || outcome === "ECONNRESET").toBe(true);
    expect(texts().length).toBe(outcome === "no error" ? 1 : 0);
  });

  it("a slow answer does not make two messages of one nonce", async () => {
    await endStage(stage);
    stage = await startStage({}, { rest: { timeout: 500 } });
    stage.discord.faults.add({ route: POST, times: 1, afterHandling: true, delayMs: 1100 });
    await textChannel(stage, "general").send("once");
    expect(texts()).toEqual(["once"]);
    expect(posts().length).toBeGreaterThan(1);
  });

  it("a lost answer is a cut connection after the work was done", async () => {
    stage.discord.faults.add({ route: POST, times: 1, afterHandling: true, reset: true });
    await codeOf(textChannel(stage, "general").send("once"));
    expect(texts()).toEqual(["once"]);
  });

  it("files beyond the limit are refused with 40005", async () => {
    await endStage(stage);
    stage = await startStage({ maxUploadBytes: 1000 });
    const { bytes } = await picture("big.png", "#fff", 2000);
    const files = [{ name: "big.png", attachment: Buffer.from(bytes) }];
    expect(await codeOf(textChannel(stage, "general").send({ files }))).toBe(40_005);
  });
});

describe("the server", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await startStage();
  });
  afterEach(() => endStage(stage));

  it("limits each bucket and answers 429 beyond", async () => {
    const { discord } = stage;
    const path = `/channels/${discord.channel("general").id}/messages`;
    const answers = [];
    for (let n = 0; n < 6; n += 1) answers.push(await rest(discord, "POST", path, { content: `${n}` }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get("x-ratelimit-remaining"))).toEqual(["4", "3", "2", "1", "0", "0"]);
    const { json, headers } = answers[5]!;
    expect(json).toMatchObject({ global: false, message: "You are being rate limited." });
    expect(json["retry_after"]).toBeGreaterThan(0);
    expect(headers.get("retry-after")).toMatch(/^\d+$/);
    const elsewhere = `/channels/${discord.channel("gallery").id}/messages`;
    expect((await rest(discord, "POST", elsewhere, { content: "x" })).status).toBe(200);
  });

  it("has a global limit of fifty in a second", async () => {
    const { discord } = stage;
    vi.useFakeTimers({ toFake: ["Date"] }); // however slow the machine, it is one second
    const answers = await Promise.all(Array.from({ length: 60 }, () => rest(discord, "GET", GLOBAL_PROBE)));
    vi.useRealTimers();
    const global = answers.filter(({ json }) => json["global"] === true);
    expect(global.length).toBeGreaterThan(0);
    expect(global[0]!.headers.get("x-ratelimit-global")).toBe("true");
  });

  it("records unknown routes, refuses other tokens and other hosts", async () => {
    const { discord } = stage;
    expect(await rest(discord, "GET", "/guilds/1/emojis-of-joy")).toMatchObject({ status: 404, json: { code: 0 } });
    expect(discord.violations).toEqual(["unknown route GET /guilds/1/emojis-of-joy"]);
    const stranger = await fetch(`${discord.apiBase}/v10/users/@me`, { headers: { authorization: "Bot nobody" } });
    expect([stranger.status, await stranger.json()]).toEqual([401, { message: "401: Unauthorized", code: 0 }]);
    const { request } = await import("node:http");
    const status = await new Promise((resolve) =>
      request(discord.address, { headers: { host: "evil.example" } }, (response) => resolve(response.statusCode)).end(),
    );
    expect(status).toBe(403);
  });

  it("refuses what it cannot read, and does not fail over it", async () => {
    const { discord } = stage;
    const send = async (path: string, type: string, body: string): Promise<unknown> => {
      const headers = { authorization: `Bot ${discord.botToken}`, "content-type": type };
      const response = await fetch(`${discord.apiBase}/v10${path}`, { method: "POST", headers, body });
      return [response.status, await response.json()];
    };
    const messages = `/channels/${discord.channel("general").id}/messages`;
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"])
      expect(await send(messages, type, "no parts")).toEqual([400, { message: "400: Bad Request", code: 0 }]);
    expect(await send(messages, "application/json", "{")).toMatchObject([400, { code: 50_109 }]);
    expect(await send("/nowhere", "application/json", "{")).toMatchObject([404, { code: 0 }]);
    for (const path of ["%", "%E0%A4%A"]) expect((await fetch(`${discord.address}/page/${path}`)).status).toBe(404);
    expect(discord.violations).toEqual(["unknown route POST /nowhere"]);
  });

  it("bears lines that break in the middle, and upgrades to nowhere", async () => {
    const { discord } = stage;
    const { hostname, port } = new URL(discord.address);
    const say = async (head: string): Promise<void> => {
      const socket = connect(Number(port), hostname);
      socket.write(`${head}\r\nHost: ${hostname}:${port}\r\nAuthorization: Bot ${discord.botToken}\r\n`);
      if (head.startsWith("GET")) socket.write("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      else socket.end('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"content');
      await once(socket.resume(), "close");
    };
    await say("GET // HTTP/1.1");
    await say(`POST /api/v10/channels/${discord.channel("general").id}/messages HTTP/1.1`);
    await discord.waitFor(() => discord.requests.some(({ method, status }) => method === "POST" && status === 400), {
      what: "the broken request",
    });
    await textChannel(stage, "general").send("still there");
    expect(discord.violations).toEqual([]);
  });

  it("serves attachments for a day, to who has the signature", async () => {
    const { discord } = stage;
    const general = discord.channel("general").id;
    await discord.member("ada").say(general, "mine", [await picture("mine.png")]);
    const url = () => discord.messages(general).at(-1)!.attachments[0]!.url;
    const first = url();
    expect((await fetch(first)).status).toBe(200);
    expect((await fetch(first.replace(/hm=.{4}/, "hm=0000"))).status).toBe(404);
    expect((await fetch(first.split("?")[0]!)).status).toBe(404);
    discord.advance(25 * 3_600_000);
    expect((await fetch(first)).status).toBe(404);
    expect((await fetch(url())).status).toBe(200);
    discord.cdn.fault = { html: "<h1>gone</h1>" };
    expect((await fetch(url())).headers.get("content-type")).toContain("text/html");
  });

  it("explains itself when something is waited for in vain", async () => {
    const { discord } = stage;
    await discord.member("ada").say(discord.channel("general").id, "hello?");
    const waiting = discord.waitFor(() => false, { timeoutMs: 30, what: "an answer to Ada" });
    await expect(waiting).rejects.toThrow(
      /Waited 30 ms in vain for an answer to Ada[\s\S]*#general\n.*Ada\n {4}hello\?/,
    );
  });
});
