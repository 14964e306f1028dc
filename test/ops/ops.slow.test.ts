import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { EngineSupervisor } from "../../src/engine/supervisor.ts";
import { landscape, waves } from "../discord/pictures.ts";
import { launch } from "../discord/launch.ts";
import { openStudio, type Studio, stylized } from "../discord/studio.ts";
import { parsePrometheus, type Sample } from "./prometheus-text.ts";

let studio: Studio;
let base: string;

/** Holds a port of this machine until it is let go. */
async function takePort(): Promise<{ readonly port: number; readonly taken: Server }> {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  return { port: (taken.address() as AddressInfo).port, taken };
}

beforeAll(async () => {
  const { port, taken } = await takePort();
  await new Promise((resolve) => taken.close(resolve));
  studio = await openStudio({ OPS_PORT: String(port) });
  base = `http://127.0.0.1:${port}`;
});

afterAll(() => studio.close());

const ask = (page: string, method = "GET"): Promise<Response> => fetch(`${base}${page}`, { method });

async function metrics(): Promise<readonly Sample[]> {
  const answer = await ask("/metrics");
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return parsePrometheus(await answer.text());
}

const valueOf = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> =>
  (await metrics()).find(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;

const paint = async (): Promise<void> => {
  const { discord, general } = studio;
  const inputs = { content: await landscape(), style: await waves() };
  await stylized(studio, await discord.member("ada").slash(general, "stylize", inputs));
};

describe("health and metrics", () => {
  it("says that the bot is alive and ready, and answers nothing else", async () => {
    expect(await (await ask("/live")).text()).toBe("alive\n");
    const ready = await ask("/ready");
    expect(await ready.json()).toEqual({ ready: true, parts: { store: "ok", engine: "ok", discord: "ok" } });
    expect(ready.status).toBe(200);
    expect(await ask("/ready", "HEAD").then(({ status, headers }) => [status, headers.get("cache-control")])).toEqual([
      200,
      "no-store",
    ]);
    expect((await ask("/")).status).toBe(404);
    expect((await ask("/metrics", "POST")).status).toBe(405);
  });

  it("counts what becomes of jobs, how long they take, and what is asked of Discord", async () => {
    await paint();
    expect(await valueOf("atelier_jobs_settled_total", { end: "done" })).toBe(1);
    expect(await valueOf("atelier_job_wait_seconds_count")).toBe(1);
    expect(await valueOf("atelier_job_stage_seconds_sum", { stage: "stylize" })).toBeGreaterThan(0);
    expect(await valueOf("atelier_engine_busy_seconds_total", { device: "cpu" })).toBeGreaterThan(0);
    expect(await valueOf("atelier_jobs", { state: "queued" })).toBe(0);
    expect(await valueOf("atelier_queue_oldest_waiting_seconds")).toBe(0);
    for (const token of ["bot", "interaction"])
      expect(await valueOf("atelier_discord_requests_total", { token, status: "2xx" })).toBeGreaterThan(0);
    for (const name of ["atelier_database_bytes", "atelier_pictures_bytes", "atelier_disk_free_bytes"])
      expect(await valueOf(name)).toBeGreaterThan(1000);
    expect(await valueOf("nodejs_eventloop_lag_p99_seconds")).toBeGreaterThan(0);
  });

  it("names nobody, and does not grow with members and servers", async () => {
    const { discord } = studio;
    const text = await (await ask("/metrics")).text();
    for (const secret of [discord.member("ada").id, discord.guild.id, studio.general, discord.botToken])
      expect(text).not.toContain(secret);
    expect((await metrics()).filter(({ name }) => name.startsWith("atelier_")).length).toBeLessThan(100);
  });

  it("counts refusals for haste, broken connections and lost engines", async () => {
    const { discord, running } = studio;
    const limited = async (): Promise<number> =>
      (await metrics())
        .filter(({ name, labels }) => name === "atelier_discord_rate_limited_total" && labels["token"] === "bot")
        .reduce((sum, { value }) => sum + value, 0);
    const before = await limited();
    discord.faults.add({ route: "GET /users/:id", status: 429, retryAfter: 0.01, times: 1 });
    await running.client.users.fetch(discord.member("grace").id, { force: true });
    expect(await limited()).toBe(before + 1);

    discord.gateway.cut();
    await expect.poll(() => valueOf("atelier_gateway_reconnects_total")).toBe(1);
    await expect.poll(() => valueOf("atelier_gateway_connected")).toBe(1);

    process.kill((running.engine as EngineSupervisor).pid!, "SIGKILL");
    await expect.poll(() => valueOf("atelier_engine_restarts_total", { reason: "crashed" })).toBe(1);
  });

  it("is not ready while Discord is away", async () => {
    const { discord } = studio;
    discord.gateway.pause();
    await expect.poll(async () => (await ask("/ready")).status).toBe(503);
    expect((await ask("/live")).status).toBe(200);
    discord.gateway.resume();
    await expect.poll(async () => (await ask("/ready")).status).toBe(200);
  });
});

it("says in one sentence that its port is taken, and ends with code 2", async () => {
  const { port, taken } = await takePort();
  const { code, output } = await launch({
    ...studio.settings,
    DATA_DIR: `${studio.settings.DATA_DIR}/2`,
    OPS_PORT: String(port),
  }).ended;
  taken.close();
  expect(output).toBe(
    `OPS_PORT ${port} on 127.0.0.1 cannot be had (another program has it). Choose another OPS_PORT or OPS_HOST, or leave both out.\n`,
  );
  expect(code).toBe(2);
});
