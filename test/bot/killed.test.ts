import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { Job, JobState } from "../../src/jobs/job.ts";
import { type DiscordSandbox, type InteractionCall, startSandbox } from "../../src/sandbox/index.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { openApiReferee } from "../sandbox/openapi.ts";
import { type Launched, launch } from "./launch.ts";
import { landscape, waves } from "./pictures.ts";
import { ONCE, results, settingsFor, tally, textOf } from "./studio.ts";

let discord: DiscordSandbox;
let general: string;
let folder: string;
let store: Store;
let bot: Launched;

beforeAll(async () => {
  const onRequest = openApiReferee();
  discord = await startSandbox({ port: 0, ...(onRequest && { onRequest }) });
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

afterEach(() => discord.faults.clear());

async function start(): Promise<void> {
  bot = launch(settingsFor(discord, folder, { RESULT_SIZE: "256", LOG_LEVEL: "warn" }));
  await discord.waitFor(() => !discord.gateway.online);
  await discord.botReady(25_000);
}

async function kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  bot.child.kill(signal);
  await bot.ended;
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

/** The newest job, once it is in this state. */
async function until(state: JobState): Promise<Job> {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 3))) {
    const { n } = await store.db
      .selectFrom("jobs")
      .select((is) => is.fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    const job = n >= pictures ? await newest() : null;
    if (job?.state === state) return job;
  }
  throw new Error(`no job was ${state}\n${discord.transcript()}`);
}

const isResult = ({ body }: { readonly body: unknown }): boolean => JSON.stringify(body ?? "").includes('"Delete"');

/** What was said about a job that was interrupted, by the time its card points to the result. */
async function told(call: InteractionCall): Promise<ReturnType<typeof tally>> {
  const thread = await discord.waitFor(() => call.response?.id, { what: "the card" });
  await discord.waitFor(() => textOf(call.response).includes("Done"), { timeoutMs: 40_000, what: "the end" });
  return tally(discord, thread);
}

describe("a bot that is killed and started again", { timeout: 60_000 }, () => {
  it("while a job waits and another is painted: both are finished, once", async () => {
    const calls = [await stylize("ada"), await stylize("grace")];
    await discord.waitFor(() => calls.every(({ response }) => textOf(response).includes("in the style of")));
    await until("queued");
    await killAndRestart();
    for (const call of calls) expect(await told(call)).toEqual(ONCE);
  });

  it("while the style is described: the job is taken up, with the same messages", async () => {
    const call = await stylize();
    const job = await until("captioning");
    await killAndRestart();
    expect(await told(call)).toEqual(ONCE);
    expect(await store.jobs.get(job.id)).toMatchObject({ state: "done" });
  });

  it.each([
    ["SIGKILL", "stylizing", 2],
    // Going down in good order is not held against the job.
    ["SIGTERM", "queued", 1],
  ] as const)("%s while it paints: the job is taken up, with the same messages", async (signal, left, attempts) => {
    const call = await stylize();
    const { id } = await until("stylizing");
    await kill(signal);
    expect((await store.jobs.get(id))!.state).toBe(left);
    await start();
    expect(await told(call)).toEqual(ONCE);
    expect((await store.jobs.get(id))!.attempts).toBe(attempts);
  });

  it("when the job is done and nobody knows yet: it is told, once", async () => {
    discord.faults.add({ route: "POST /channels/:id/messages", delayMs: 60_000, when: isResult });
    const call = await stylize();
    await until("done");
    await killAndRestart();
    expect(await told(call)).toEqual(ONCE);
  });

  it("when the result was just posted: it is not posted again, and its buttons work", async () => {
    const late = { afterHandling: true, delayMs: 60_000, when: isResult } as const;
    discord.faults.add({ route: "POST /channels/:id/messages", ...late });
    const call = await stylize();
    const thread = await discord.waitFor(
      () => call.response && results(discord, call.response.id)[0] && call.response.id,
      {
        timeoutMs: 20_000,
        what: "the result",
      },
    );
    await killAndRestart();
    expect(await told(call)).toEqual(ONCE);
    const [result] = results(discord, thread);
    await discord.member("grace").press(result!, "InST");
    await discord.waitFor(() => results(discord, thread).length === 2, { timeoutMs: 20_000, what: "the rerun" });
  });
});
