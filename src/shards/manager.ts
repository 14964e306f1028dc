/**
 * The bot as several processes, each with its own servers: starts them, has them identify in turns, and starts one again
 * that ended.
 *
 * Face of this room. `child.ts` is the process of one shard, the same bot that runs alone elsewhere.
 */
import type { ChildProcess } from "node:child_process";
import path from "node:path";

import { type APIGatewayBotInfo, REST, Routes, type Shard, ShardingManager, SimpleIdentifyThrottler } from "discord.js";

import type { Config } from "../config.ts";
import { reachDiscord } from "../discord/client.ts";
import { login } from "../discord/wording/login.ts";
import { createLogger, type Logger } from "../log.ts";
import { LOADER } from "../process/fork.ts";
import { gatherLeftovers, processFolder } from "../process-folders.ts";
import { pauseAfter, type Pauses, waitFor } from "../retry.ts";
import { lockFolder } from "../store/folder-lock.ts";
import { refuse, untilStopped } from "../until-stopped.ts";
import { type Answer, askSchema } from "./messages.ts";

/** Before a shard that ended is started again. */
const RESTART_PAUSES: Pauses = { firstMs: 1000, longestMs: 60_000, jitter: Math.random };
/** One that ran for this long was well: its next end counts as its first. */
const WELL_MS = 120_000;
/** How a shard ends when somebody has to put something right: none of the others would fare better. */
const REFUSED = 2;

/**
 * Runs the bot as `SHARDS` processes until it is told to stop.
 *
 * @returns the exit code: 0 after SIGINT or SIGTERM, 2 when somebody has to put a setting right, 1 for anything else
 */
export async function runShards(config: Config, log: Logger = createLogger(config.LOG_LEVEL)): Promise<number> {
  const { DISCORD_TOKEN: token, DATABASE_URL, QUEUE_URL, DATA_DIR, SHARDS = "auto" } = config;
  if (token === undefined) return refuse(login.missing);
  if (DATABASE_URL === undefined) return refuse(login.shardsNeedDatabase);
  if (QUEUE_URL === undefined) return refuse(login.shardsNeedQueue);
  return untilStopped(async (stop) => {
    const lock = lockFolder(DATA_DIR);
    try {
      const rest = new REST({ api: config.DISCORD_API_BASE }).setToken(token);
      const gateway = await reachDiscord(
        async () => (await rest.get(Routes.gatewayBot())) as APIGatewayBotInfo,
        log,
        stop,
      );
      const count = SHARDS === "auto" ? gateway.shards : SHARDS;
      const maxConcurrency = gateway.session_start_limit.max_concurrency;
      await gatherLeftovers(DATA_DIR, processFolder(DATA_DIR, { id: 0, count }), log);
      log.info({ shards: count, recommended: gateway.shards, maxConcurrency }, "starting the shards");
      return await new Shards({ token, count, maxConcurrency, log }).run(stop);
    } finally {
      lock.release();
    }
  }, log);
}

interface ShardsOptions {
  readonly token: string;
  readonly count: number;
  /** How many Discord lets identify at once. */
  readonly maxConcurrency: number;
  readonly log: Logger;
}

class Shards {
  readonly #options: ShardsOptions;
  readonly #manager: ShardingManager;
  readonly #throttler: SimpleIdentifyThrottler;

  constructor(options: ShardsOptions) {
    const { token, count, maxConcurrency } = options;
    this.#options = options;
    this.#throttler = new SimpleIdentifyThrottler(maxConcurrency);
    this.#manager = new ShardingManager(path.join(import.meta.dirname, "child.ts"), {
      token,
      totalShards: count,
      execArgv: ["--import", LOADER],
      // It would begin again at once, for ever.
      respawn: false,
    });
  }

  /** Keeps all of them running until it is told to stop, or one says that somebody has to put something right. */
  async run(stop: AbortSignal): Promise<number> {
    const over = new AbortController();
    const end = AbortSignal.any([stop, over.signal]);
    const killAll = (): void => {
      for (const shard of this.#manager.shards.values()) shard.process?.kill("SIGKILL");
    };
    // Whoever ends the manager at once ends them too.
    process.once("exit", killAll);
    const ids = Array.from({ length: this.#options.count }, (_, id) => id);
    const codes = await Promise.all(
      ids.map(async (id) => {
        const code = await this.#keep(this.#manager.createShard(id), end);
        if (code === REFUSED) over.abort();
        return code;
      }),
    );
    process.off("exit", killAll);
    return codes.includes(REFUSED) ? REFUSED : 0;
  }

  /** @returns the code that it ended with when it was told to, or when it refuses to go on */
  async #keep(shard: Shard, end: AbortSignal): Promise<number | null> {
    const log = this.#options.log.child({ shard: shard.id });
    for (let ends = 0; ;) {
      const startedAt = performance.now();
      const [code, signal] = await this.#runOnce(shard, end, log);
      if (end.aborted || code === REFUSED) return code;
      ends = performance.now() - startedAt > WELL_MS ? 1 : ends + 1;
      const pauseMs = pauseAfter(ends, RESTART_PAUSES);
      log.error({ code, signal, pauseMs: Math.round(pauseMs) }, "a shard ended, it is started again");
      await waitFor(pauseMs, end);
      if (end.aborted) return code;
    }
  }

  /** From its start to its end, with how it ended. */
  async #runOnce(
    shard: Shard,
    end: AbortSignal,
    log: Logger,
  ): Promise<readonly [number | null, NodeJS.Signals | null]> {
    const child = (await shard.spawn(-1)) as ChildProcess;
    const tell = (answer: Answer): void => {
      // One that is ending hears nothing any more, and needs not.
      child.send(answer, () => undefined);
    };
    const gone = new AbortController();
    const close = (): void => tell({ close: true });
    end.addEventListener("abort", close, { once: true });
    child.on("message", (message) => {
      const ask = askSchema.safeParse(message).data;
      if (ask) void this.#grant(shard.id, gone.signal, () => tell({ identify: ask.mayIdentify }));
    });
    if (end.aborted) close();
    try {
      return await new Promise((resolve) => {
        child.once("exit", (code, signal) => resolve([code, signal]));
        child.once("error", (error) => {
          // It could not be started, for want of memory, say: discord.js waits for its end.
          if (child.pid !== undefined) return;
          log.error({ err: error }, "a shard could not be started");
          shard.kill();
          resolve([null, null]);
        });
      });
    } finally {
      gone.abort();
      end.removeEventListener("abort", close);
    }
  }

  /** In its turn: of each bucket, one in five seconds. */
  async #grant(id: number, gone: AbortSignal, grant: () => void): Promise<void> {
    const isGranted = await this.#throttler.waitForIdentify(id, gone).then(
      () => true,
      () => false,
    );
    if (isGranted && !gone.aborted) grant();
  }
}
