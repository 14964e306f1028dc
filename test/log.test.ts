/** What the log tells of a call to Discord that failed: nothing by which somebody could speak for the bot. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { connectClient } from "@atelier/sandbox/client";
import { type Client, Routes } from "discord.js";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";

import { createLogger, forPeople } from "../src/log.ts";

let discord: DiscordSandbox;
let client: Client;
let folder: string;

beforeAll(async () => {
  discord = await startSandbox();
  client = await connectClient(discord);
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-log-"));
});

afterAll(async () => {
  await client.destroy();
  await discord.close();
  await rm(folder, { recursive: true });
});

it("holds no token of an interaction and no picture", async () => {
  const token = Buffer.from(`interaction:${discord.applicationId}:secret-of-the-sandbox`).toString("base64");
  const route = Routes.webhookMessage(discord.applicationId, token);
  const picture = { name: "picture.png", data: Buffer.alloc(3000, "picture") };
  const fail = (): Promise<unknown> =>
    client.rest.patch(route, { auth: false, body: { content: "a private word" }, files: [picture] });
  const refused = await fail().catch((error: unknown) => error);
  discord.faults.add({ route: "PATCH /webhooks/:id/:token/messages/:id", status: 502 });
  const down = await fail().catch((error: unknown) => error);

  const file = path.join(folder, "log");
  const log = createLogger("info", "atelier", pino.destination({ dest: file, sync: true }));
  for (const err of [refused, down]) log.error({ err }, "a message could not be updated");
  log.error({ err: new Error("wrapped", { cause: down }) }, `of ${token}`);
  log.info({ headers: { Authorization: `Bot ${discord.botToken}` } }, "sent");
  const said = await readFile(file, "utf8");

  expect(said).toContain(`/webhooks/${discord.applicationId}/[secret]/messages/`);
  expect(said).toContain('"status":502');
  expect(said.match(/"type":"(DiscordAPIError|HTTPError)/g)).toHaveLength(2);
  for (const secret of [token, discord.botToken, "secret-of-the-sandbox", "a private word", "112,105,99"])
    expect(said).not.toContain(secret);
  expect(said.length).toBeLessThan(10_000);
});

/** What is written of `failure`, in words where it is for people. */
async function written(failure: unknown, { people }: { readonly people: boolean }): Promise<string> {
  let text = "";
  const destination = { write: (line: string) => (text += line) };
  const log = createLogger("info", "atelier", people ? forPeople(destination, { colours: false }) : destination);
  log.warn({ err: failure, seconds: 2 }, "Discord cannot be reached, trying again");
  return text;
}

it("tells of a line that broke in one line without a stack, however it is wrapped", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const refused = await fetch(`http://127.0.0.1:${port}`).catch((error: unknown) => error);
  // Of a name with several addresses.
  const several = await new Promise((resolve) => connect({ host: "localhost", port }).on("error", resolve));
  const wrapped = new Error("the database is away", { cause: several });
  for (const failure of [refused, several, wrapped]) {
    const line = JSON.parse(await written(failure, { people: false })) as object;
    expect(line).toMatchObject({ level: "warn", seconds: 2, reason: expect.stringMatching(/ECONNREFUSED/) });
    expect(line).not.toHaveProperty("err");
    expect((await written(failure, { people: true })).split("\n")).toHaveLength(2);
  }
});

it("is lines for people where it is told so, each whole before the next, and keeps the stack of a fault", async () => {
  const fault = await written(new Error("a fault of our own"), { people: true });
  expect(fault).toMatch(
    /^\[\d{4}-\d\d-\d\d [\d:]{8}\] WARN: Discord cannot be reached, trying again \{"seconds":2\}\n/,
  );
  expect(fault).toContain("Error: a fault of our own\n");
  expect(fault).toContain("log.test.ts");
});
