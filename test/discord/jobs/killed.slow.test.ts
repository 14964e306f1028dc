import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, type InteractionCall, startSandbox } from "@atelier/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { Job, JobState } from "../../../src/jobs/job.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { type Launched, launch } from "../launch.ts";
import { landscape, waves } from "../pictures.ts";
import { referee } from "../referee.ts";
import { isResult, ONCE, results, settingsFor, tally, textOf, whispers } from "../studio.ts";

let discord: DiscordSandbox;
let general: string;
let folder: string;
let store: Store;
let bot: Launched;

beforeAll(async () => {
  discord = await startSandbox({ port: 0, onRequest: referee });
  general = discord.channel("general").id;
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-killed-"));
  store = await openStore(folder);
  await start();
});

afterAll(async () => {
  bot.child.kill("SIGTERM");
  await bot.ended;
  await store.close();
  await discord.close();
  await rm(folder, { recursive: true, force: true });
  if (discord.violations.length > 0) throw new Error(discord.violations.join("\n"));
});

afterEach(() => {
  discord.faults.clear();
  discord.cdn.fault = null;
});

async function start(): Promise<void> {
  bot = launch(settingsFor(discord, folder, { RESULT_SIZE: "256", LOG_LEVEL: "warn" }));
  await discord.waitFor(() => !discord.gateway.online);
  await discord.botReady();
}

/** How long the bot may take to go, when it is asked to, on a machine that is busy: a request that hangs takes 60 s. */
const GOING_MS = 30_000;

async function kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  const since = performance.now();
  bot.child.kill(signal);
  await bot.ended;
  expect(performance.now() - since).toBeLessThan(GOING_MS);
  discord.faults.clear();
}

async function killAndRestart(): Promise<void> {
  await kill();
  await start();
}

let pictures = 0;

async function stylize(who: "ada" | "grace" = "ada"): Promise<InteractionCall> {
  // Each style is new, so that it has to be described, and large, so that there is time to be killed in.
  const style = await waves(`waves-${++pictures}.jpg`, 1600 + pictures, 1200);
  return discord.member(who).slash(general, "stylize", { content: await landscape("house.png", 256, 192), style });
}

const newest = async (): Promise<Job | null> => {
  const row = await store.db.selectFrom("jobs").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  return row ? store.jobs.get(row.id) : null;
};

/** The newest job, once it is in one of these states. */
async function until(...states: readonly JobState[]): Promise<Job> {
  for (const end = Date.now() + 90_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 3))) {
    const { n } = await store.db
      .selectFrom("jobs")
      .select((is) => is.fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    const job = n >= pictures ? await newest() : null;
    if (job && states.includes(job.state)) return job;
  }
  throw new Error(`no job was ${states.join(" or ")}\n${discord.transcript()}`);
}

/** What was said about a job that was interrupted, by the time its card points to the result. */
async function told(call: InteractionCall): Promise<ReturnType<typeof tally>> {
  const thread = await discord.waitFor(() => call.response?.id, { what: "the card" });
  await discord.waitFor(() => textOf(call.response).includes("Done"), { what: "the end" });
  return tally(discord, thread);
}

const FIRST_EDIT = "PATCH /webhooks/:id/:token/messages/:id";
const THINKING = 1 << 7;
const isThinking = (call: InteractionCall): boolean => ((call.response?.flags ?? 0) & THINKING) !== 0;

describe("a bot that is killed before there is a job", () => {
  /** A command whose pictures do not arrive. */
  async function waiting(): Promise<InteractionCall> {
    discord.cdn.fault = { stall: true };
    const call = await stylize();
    pictures--; // It will not come to a job.
    await call.acknowledged;
    await discord.waitFor(() => isThinking(call));
    return call;
  }

  it("says, once it is back, that it was restarted; publicly or to one person, as it was asked", async () => {
    const shared = await waiting();
    const { id } = discord.member("ada");
    const heard = whispers(discord, id).length;
    discord.faults.add({ route: FIRST_EDIT, delayMs: 60_000 });
    const own = await discord.member("ada").slash(general, "queue");
    await own.acknowledged;
    await killAndRestart();
    const words = "I was restarted before I was done with this, sorry! Please try again.";
    await discord.waitFor(() => textOf(shared.response) === words, { what: "an end of thinking" });
    expect(await discord.waitFor(() => whispers(discord, id)[heard], { what: "a word to the person" })).toBe(words);
    await expect.poll(() => store.openReplies.list(0, Date.now())).toEqual([]);
  });

  it("keeps what it needs for that sealed, and no longer than Discord would take it", async () => {
    const call = await waiting();
    const files = (await readdir(folder)).filter((name) => name.startsWith("atelier.db"));
    // By another process: one that closes a file gives up all its locks on it, those of its SQLite included.
    const bytes = execFileSync("cat", files, { cwd: folder });
    expect(bytes.includes("open_replies")).toBe(true);
    expect(bytes.includes(call.interaction.token)).toBe(false);
    discord.expireInteractionTokens();
    await killAndRestart();
    await expect.poll(() => store.openReplies.list(0, Date.now())).toEqual([]);
    expect(isThinking(call)).toBe(true);
  });

  it("SIGTERM: says at once that it goes down, and goes", async () => {
    const call = await waiting();
    const { id } = discord.member("ada");
    const heard = whispers(discord, id).length;
    await kill("SIGTERM");
    expect(call.response ?? null).toBeNull();
    expect(whispers(discord, id).slice(heard)).toEqual([
      "I am being restarted right now. Please try again in a minute.",
    ]);
    await start();
  });
});

describe("a bot that is killed and started again", () => {
  it("while a job waits and another is painted: both are finished, once", async () => {
    const calls = [await stylize("ada"), await stylize("grace")];
    await discord.waitFor(() => calls.every(({ response }) => textOf(response).includes("in the style of")));
    await until("queued");
    await killAndRestart();
    for (const call of calls) expect(await told(call)).toEqual(ONCE);
  });

  it("when the job is queued and its card is not shown yet: the card is filled in, and the job finished", async () => {
    discord.faults.add({ route: FIRST_EDIT, delayMs: 60_000 });
    const call = await stylize();
    await until("queued", "captioning", "stylizing");
    expect(isThinking(call)).toBe(true);
    await killAndRestart();
    expect(await told(call)).toEqual(ONCE);
    expect(isThinking(call)).toBe(false);
  });

  it("while the style is described: the job is taken up, with the same messages", async () => {
    const call = await stylize();
    const job = await until("captioning");
    await killAndRestart();
    expect(await told(call)).toEqual(ONCE);
    expect(await store.jobs.get(job.id)).toMatchObject({ state: "done" });
  });

  it.each([
    ["SIGKILL", "stylizing", "stylizing", 2],
    // Going down in good order is not held against the job.
    ["SIGTERM", "stylizing", "queued", 1],
    ["SIGTERM", "captioning", "queued", 1],
  ] as const)(
    "%s while it is %s: the job is taken up, with the same messages",
    async (signal, state, left, attempts) => {
      const call = await stylize();
      const { id } = await until(state);
      await kill(signal);
      expect((await store.jobs.get(id))!.state).toBe(left);
      await start();
      expect(await told(call)).toEqual(ONCE);
      expect((await store.jobs.get(id))!.attempts).toBe(attempts);
    },
  );

  it("when the job is done and nobody knows yet: it is told, once", async () => {
    discord.faults.add({ route: "POST /channels/:id/messages", delayMs: 60_000, when: isResult });
    const call = await stylize();
    await until("done");
    await killAndRestart();
    expect(await told(call)).toEqual(ONCE);
  });

  it("SIGTERM while the result is uploaded and does not get through: it is told, once", async () => {
    discord.faults.add({ route: "POST /channels/:id/messages", delayMs: 60_000, when: isResult });
    const call = await stylize();
    await until("done");
    await kill("SIGTERM");
    await start();
    expect(await told(call)).toEqual(ONCE);
  });

  it("by a second Ctrl-C: it goes at once, its engine too, and the job is taken up", async () => {
    discord.faults.add({ route: FIRST_EDIT, delayMs: 60_000 });
    const call = await stylize();
    await until("stylizing");
    const engine = Number(
      execFileSync("pgrep", ["-P", String(bot.child.pid), "-f", "engine/child.ts"])
        .toString()
        .trim(),
    );
    expect(engine).toBeGreaterThan(0);
    bot.child.kill("SIGINT");
    // npm passes the first one on: the same press, told twice.
    bot.child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(bot.child.exitCode).toBeNull();
    bot.child.kill("SIGINT");
    expect(await bot.ended).toMatchObject({ code: 130 });
    await expect.poll(() => existsSync(`/proc/${engine}`)).toBe(false);
    discord.faults.clear();
    await start();
    expect(await told(call)).toEqual(ONCE);
  });

  it("when the result was just posted: it is not posted again, and its buttons work", async () => {
    const late = { afterHandling: true, delayMs: 60_000, when: isResult } as const;
    discord.faults.add({ route: "POST /channels/:id/messages", ...late });
    const call = await stylize();
    const thread = await discord.waitFor(
      () => call.response && results(discord, call.response.id)[0] && call.response.id,
      { what: "the result" },
    );
    await killAndRestart();
    expect(await told(call)).toEqual(ONCE);
    const [result] = results(discord, thread);
    await discord.member("grace").press(result!, "Description only");
    await discord.waitFor(() => results(discord, thread).length === 2, { what: "the rerun" });
  });
});
