/** Keeps the bot running as a service manager does: whenever it ends, it is started again. */
import { setTimeout as sleep } from "node:timers/promises";

import type { DiscordSandbox } from "@atelier/sandbox";

import { type Launched, launch } from "../discord/launch.ts";
import type { Settings } from "../discord/studio.ts";
import { signal } from "./processes.ts";
import type { Disk } from "./surroundings.ts";
import type { Timeline } from "./timeline.ts";

/** How long the bot may take to go after SIGTERM, and to be ready after its start; this machine may be busy. */
const GOING_MS = 60_000;
const READY_MS = 90_000;
const RESTART_MS = 300;
const LOOK_MS = 25;
const READY = '"msg":"Atelier is ready"';

export interface KeeperOptions {
  readonly discord: DiscordSandbox;
  readonly settings: Settings;
  /** What the process gets besides the settings. */
  readonly environment: Readonly<Record<string, string>>;
  readonly disk: Disk | null;
  readonly timeline: Timeline;
}

export class BotKeeper {
  readonly #options: KeeperOptions;
  readonly #logs: string[] = [];
  /** What should not have happened. */
  readonly problems: string[] = [];
  #bot: Launched | null = null;
  #startedAt = 0;
  #sawReady = false;
  /** Set while the end that comes was brought about by a fault. */
  #asked: { readonly downMs: number } | null = null;
  #closing = false;
  #running: Promise<void> = Promise.resolve();
  starts = 0;
  /** When it ended, each time, Unix milliseconds. */
  readonly ends: number[] = [];

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** @throws Error when the bot does not come up */
  async start(): Promise<void> {
    this.#closing = false;
    this.#running = this.#run();
    await this.untilReady();
  }

  /** Process id of the bot, once it is ready. */
  get pid(): number | null {
    return this.#isReady ? (this.#bot?.child.pid ?? null) : null;
  }

  /** How long it has been up, milliseconds. */
  get upMs(): number {
    return this.pid === null ? 0 : Date.now() - this.#startedAt;
  }

  /** Everything the bot has logged, of all its lives. */
  get log(): string {
    return [...this.#logs, this.#bot?.output() ?? ""].join("\n--- the next start ---\n");
  }

  get #isReady(): boolean {
    this.#sawReady ||= this.#bot?.output().includes(READY) === true;
    return this.#sawReady && this.#bot?.child.exitCode === null && this.#bot.child.signalCode === null;
  }

  /** Ends the bot by a signal; it is started again after `downMs`. @returns `false` when it is ending already; else once it is ready */
  async strike(name: "SIGKILL" | "SIGTERM", downMs: number): Promise<boolean> {
    const bot = this.#bot;
    if (!bot?.child.pid || this.#asked) return false;
    this.#asked = { downMs };
    signal(bot.child.pid, name);
    await this.#gone(bot);
    await sleep(downMs);
    await this.untilReady();
    return true;
  }

  /** Ends the bot in good order, for good. @returns its exit code */
  async stop(): Promise<number | null> {
    this.#closing = true;
    const bot = this.#bot;
    if (!bot?.child.pid) return null;
    signal(bot.child.pid, "SIGCONT");
    signal(bot.child.pid, "SIGTERM");
    await this.#gone(bot);
    await this.#running;
    return (await bot.ended).code;
  }

  /** @throws Error when it does not come up */
  async untilReady(): Promise<void> {
    for (const end = Date.now() + READY_MS; !this.#isReady; await sleep(LOOK_MS)) {
      if (this.#closing) return;
      if (Date.now() < end) continue;
      this.problems.push(`the bot was not ready ${READY_MS / 1000} s after its start`);
      throw new Error(`the bot does not come up:\n${this.#bot?.output().slice(-4000)}`);
    }
    this.#options.timeline.note("bot", `ready ${Date.now() - this.#startedAt} ms after its start`);
  }

  async #gone(bot: Launched): Promise<void> {
    const late = new AbortController();
    const ended = bot.ended.finally(() => late.abort());
    const inTime = await Promise.race([
      ended.then(() => true),
      sleep(GOING_MS, false, { signal: late.signal }).catch(() => true),
    ]);
    if (!inTime) {
      this.problems.push(`the bot did not go within ${GOING_MS / 1000} s of SIGTERM`);
      signal(bot.child.pid!, "SIGKILL");
    }
    await ended;
  }

  async #run(): Promise<void> {
    const { settings, environment, disk, timeline } = this.#options;
    while (!this.#closing) {
      this.#startedAt = Date.now();
      this.#sawReady = false;
      this.starts++;
      const bot = launch({ ...settings, ...environment } as Settings & Record<string, string>);
      this.#bot = bot;
      const { code, output } = await bot.ended;
      this.ends.push(Date.now());
      timeline.note("bot", `ended with code ${code}`);
      const wasReady = output.includes(READY);
      const fullDisk = disk?.wasFull(this.#startedAt) === true && !wasReady;
      if (!this.#asked && !this.#closing && !fullDisk)
        this.problems.push(`the bot ended by itself with code ${code}: ${output.slice(-600)}`);
      this.#logs.push(output);
      const { downMs } = this.#asked ?? { downMs: RESTART_MS };
      this.#asked = null;
      this.#bot = null;
      if (!this.#closing) await sleep(downMs);
    }
  }
}
