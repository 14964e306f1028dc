/** The bot as several processes over one PostgreSQL database: `SHARDS`. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, type InteractionCall, startSandbox } from "@atelier/sandbox";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";

import { openStore, type Store } from "../../src/store/store.ts";
import { landscape, waves } from "../discord/pictures.ts";
import { referee } from "../discord/referee.ts";
import { ONCE, results, settingsFor, type Settings, tally, textOf } from "../discord/studio.ts";
import { type LaunchedWorker, launchWorker } from "./launch-worker.ts";
import { newDatabase } from "./new-database.ts";
import { type Proxy, startProxy } from "./proxy.ts";

const server = inject("postgres");
const CLI = path.resolve("bin/atelier.mjs");
const READY = "Atelier is ready";

let folder: string;
let discord: DiscordSandbox;
let store: Store;
let settings: Settings;
let proxy: Proxy | undefined;
let worker: LaunchedWorker | undefined;
const started: Manager[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-shards-"));
  discord = await startSandbox({
    onRequest: referee,
    // Discord's are 5 s apart; a busy machine may hold up the first of two.
    sharding: { shards: 4, maxConcurrency: 2, identifyEveryMs: 4000 },
  });
  settings = settingsFor(discord, folder, { LOG_LEVEL: "info", RESULT_SIZE: "256" });
});

afterEach(async () => {
  for (const manager of started.splice(0)) {
    manager.child.kill("SIGKILL");
    await manager.ended;
  }
  worker?.child.kill("SIGKILL");
  await worker?.ended;
  await proxy?.close();
  await discord.close();
  await rm(folder, { recursive: true, force: true });
});

interface Manager {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Process ids of a shard, each time it was ready. */
  readonly pids: (shard: number) => number[];
  readonly output: () => string;
}

function start(changes: Settings): Manager {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...settings, ...changes };
  const child = spawn(process.execPath, [CLI, "bot"], { env, stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const pids = (shard: number): number[] => {
    const lines = output.split("\n").filter((line) => line.includes(READY) && line.endsWith("}"));
    const parsed = lines.map((line) => JSON.parse(line) as { readonly shard: number; readonly pid: number });
    return parsed.filter((line) => line.shard === shard).map(({ pid }) => pid);
  };
  const manager = { child, ended, pids, output: () => output };
  started.push(manager);
  return manager;
}

const allReady = async (manager: Manager, count: number): Promise<void> => {
  const shards = Array.from({ length: count }, (_, n) => n);
  await expect.poll(() => shards.every((n) => manager.pids(n).length > 0)).toBe(true);
  expect(discord.gateway.shardsOnline).toEqual(shards);
};

/** Ids of #general of one server of each of four shards, in their order. */
const fourServers = (): string[] =>
  discord.addGuilds({ count: 4, channels: 2, roles: 4 }).map(({ id }) => discord.channel("general", id).id);

let pictures = 0;
async function stylize(who: "ada" | "grace" | "linus", channelId: string): Promise<InteractionCall> {
  // A style of its own each time, so that it has to be described first.
  const style = await waves(`waves-${++pictures}.jpg`, 800 + pictures, 600);
  return discord.member(who).slash(channelId, "stylize", { content: await landscape("house.png", 256, 192), style });
}

/** Waits until a job's end is told, then that everything about it was told once. */
async function toldOnce(call: InteractionCall): Promise<string> {
  const card = await discord.waitFor(() => call.response, { what: "the card" });
  await discord.waitFor(() => /Done/.test(textOf(discord.messages(card.channel_id).find(({ id }) => id === card.id))), {
    what: "the card to say that it is done",
  });
  await discord.waitFor(() => results(discord, card.id).length > 0, { what: "the result" });
  expect(tally(discord, card.id)).toEqual(ONCE);
  return results(discord, card.id)[0]!.id;
}

interface JobRow {
  readonly id: string;
  readonly state: string;
}
/** The newest job of a channel's server. */
const jobOf = async (channelId: string): Promise<JobRow | undefined> => {
  const surfaces = store.db.selectFrom("surfaces").innerJoin("jobs", "jobs.id", "surfaces.job_id");
  const found = surfaces.where("channel_id", "=", channelId).select(["jobs.id", "jobs.state"]);
  return found.orderBy("jobs.id", "desc").limit(1).executeTakeFirst();
};
async function paints(channelId: string): Promise<void> {
  await expect.poll(async () => (await jobOf(channelId))?.state, { interval: 20 }).toBe("stylizing");
}

describe.skipIf(server === null)("a bot of several processes", () => {
  beforeEach(async () => {
    const { url } = await newDatabase(server!);
    store = await openStore(folder, url);
    settings = { ...settings, DATABASE_URL: url, QUEUE_URL: url };
  });
  afterEach(() => store.close());

  it("serves each server by one of them, through the loss of one, and after a start with fewer", async () => {
    const channels = fourServers();
    worker = launchWorker({ ...settings, WORKER_NAME: "painter" });
    await worker.ready;
    const four = start({ SHARDS: "auto" });
    await allReady(four, 4);
    expect(
      discord.requests.filter(({ method, route }) => method === "PUT" && route.endsWith("/commands")),
    ).toHaveLength(1);
    const calls = await Promise.all(channels.map((channel) => stylize("ada", channel)));
    const posted = await Promise.all(calls.map(toldOnce));

    // A medal counts once, whoever else is listening.
    for (const [n, call] of calls.entries())
      await discord.member("grace").react({ channel_id: call.response!.id, id: posted[n]! }, "🥇");
    const medals = () => store.db.selectFrom("medal_changes").select(["message_id", "place", "change"]).execute();
    await expect.poll(async () => (await medals()).length).toBeGreaterThanOrEqual(4);
    const expected = posted.map((message_id) => ({ message_id, place: 1, change: "put" }));
    expect(new Set(await medals())).toEqual(new Set(expected));

    // One is killed in the midst of a job, while another paints.
    const [cut, other] = [await stylize("ada", channels[2]!), await stylize("grace", channels[1]!)];
    await paints(channels[2]!);
    process.kill(four.pids(2)[0]!, "SIGKILL");
    await expect.poll(() => four.pids(2)).toHaveLength(2);
    await toldOnce(cut);
    await toldOnce(other);
    expect([0, 1, 3].map((n) => four.pids(n).length)).toEqual([1, 1, 1]);
    expect(await medals()).toHaveLength(4);
    expect(discord.gateway.counts.identify).toBe(5);

    // Two of them have the servers of four at the next start, and what was begun goes on there, through a proxy.
    const left = await stylize("linus", channels[3]!);
    await paints(channels[3]!);
    four.child.kill("SIGTERM");
    expect(await four.ended).toBe(0);
    expect(discord.gateway.shardsOnline).toEqual([]);
    proxy = await startProxy(discord.address);
    const before = discord.requests.length;
    const two = start({ SHARDS: "2", DISCORD_API_BASE: proxy.apiBase });
    await allReady(two, 2);
    await toldOnce(left);
    await toldOnce(await stylize("linus", channels[2]!));
    expect(proxy.count).toBe(discord.requests.length - before);
    expect(discord.violations).toEqual([]);

    // A token that is refused ends all of them, for somebody to put right.
    discord.resetToken();
    discord.gateway.close(4004);
    expect(await two.ended).toBe(2);
    expect(two.output()).toContain("Discord takes DISCORD_TOKEN no longer");
    // Seven starts of the whole bot: on a busy machine more than the usual limit.
  }, 900_000);

  it("ends with its manager, and is refused where a token or a database is wrong", async () => {
    const one = start({ SHARDS: "1" });
    await allReady(one, 1);
    const second = start({ SHARDS: "1" });
    expect(await second.ended).toBe(2);
    expect(second.output()).toContain("Another bot is running");
    one.child.kill("SIGKILL");
    await discord.waitFor(() => !discord.gateway.online, { what: "the shard to go, too" });

    const refused = start({ SHARDS: "2", DISCORD_TOKEN: `${discord.botToken.slice(0, -4)}0000` });
    expect(await refused.ended).toBe(2);
    expect(refused.output()).toMatch(/^Discord refused DISCORD_TOKEN\..*$/m);
    expect(discord.violations).toEqual([]);
  });
});

it("needs a database and a queue that several processes can share", async () => {
  const refusalOf = async (changes: Settings): Promise<string> => {
    const child = start({ SHARDS: "2", ...changes });
    expect(await child.ended).toBe(2);
    return child.output();
  };
  expect(await refusalOf({})).toBe(
    "SHARDS needs DATABASE_URL: several processes cannot share the database file in DATA_DIR. " +
      "Set the address of a PostgreSQL database, or leave SHARDS out.\n",
  );
  expect(await refusalOf({ DATABASE_URL: "postgres://127.0.0.1:1/nowhere" })).toBe(
    "SHARDS needs QUEUE_URL: several processes cannot share one engine. Set the address of the queue, which may be " +
      "that of the database, and start `atelier worker` where pictures are to be painted; or leave SHARDS out.\n",
  );
});
