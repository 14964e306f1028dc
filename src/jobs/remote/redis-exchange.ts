/** Redis as the server of the queue: keys by BullMQ, and publish/subscribe for what is told. */
import type { Redis } from "ioredis";

import { messageOf, UserError } from "../../errors.ts";
import { Bull } from "./bull-queue.ts";
import { type ConnectOptions, type Exchange, refused, type Told, unreachable } from "./exchange.ts";
import { RedisLine } from "./redis-line.ts";

const CONNECT_MS = 10_000;
/** A server that does not answer for so long is not waited for, milliseconds: longer than BullMQ has one hold an answer back. */
const ANSWER_MS = 15_000;
/** BullMQ's oldest. */
const OLDEST_SERVER = 5;
const NEW_LINE = 10;

/** See `connect`. */
export async function connectRedis(url: string, { log, prefix = "atelier" }: ConnectOptions): Promise<Exchange> {
  await checkServer(url, log);
  const open = (): Redis => {
    const redis = new RedisLine(url, {
      maxRetriesPerRequest: null,
      connectTimeout: CONNECT_MS,
      keepAlive: CONNECT_MS,
      commandTimeout: ANSWER_MS,
      socketTimeout: ANSWER_MS,
    });
    redis.on("error", (error) => log.debug({ error: messageOf(error) }, "a fault of the queue's server"));
    return redis;
  };
  const redis = open();
  let subscriber: Redis | null = null;
  const bull = new Bull({ connection: redis, factory: undefined, prefix, log });
  const channelOf = (channel: string): string => `${prefix}:${channel}`;
  const listeners = new Map<string, Set<(told: Told) => void>>();

  return {
    queue: bull.queue,
    work: bull.work,

    async tell(channel, message, { bytes } = {}) {
      const head = Buffer.from(`${JSON.stringify(message)}\n`);
      await redis.publish(channelOf(channel), bytes ? Buffer.concat([head, bytes]) : head);
    },

    async forget() {
      // Nothing that was told is kept.
    },

    async scrub() {
      // Its files hold what was there when they were written: they are written anew from what is there now.
      if (/aof_enabled:1/.test(await redis.info("persistence"))) await redis.bgrewriteaof();
      const [, save = ""] = ((await redis.config("GET", "save")) as string[]) ?? [];
      if (save !== "") await redis.bgsave("SCHEDULE");
    },

    async listen(channel, listener) {
      const name = channelOf(channel);
      subscriber ??= open().on("messageBuffer", (from: Buffer, data: Buffer) => {
        const told = toldBy(data);
        for (const hear of listeners.get(from.toString()) ?? []) hear(told);
      });
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      await subscriber.subscribe(name);
      return () => void all.delete(listener);
    },

    async close() {
      await bull.close();
      subscriber?.disconnect();
      redis.disconnect();
    },
  };
}

function toldBy(data: Buffer): Told {
  const end = data.indexOf(NEW_LINE);
  const bytes = data.subarray(end + 1);
  return {
    message: JSON.parse(data.subarray(0, end).toString()) as unknown,
    bytes: async () => (bytes.length === 0 ? null : bytes),
  };
}

/** By a connection that gives up at once, as the others never do. */
async function checkServer(url: string, log: ConnectOptions["log"]): Promise<void> {
  const probe = new RedisLine(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: CONNECT_MS });
  let fault: unknown;
  probe.on("error", (error) => (fault = error));
  try {
    await probe.connect();
    const info = await probe.info();
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? "0";
    if (Number.parseInt(version, 10) < OLDEST_SERVER)
      throw new UserError(
        "queue-too-old",
        `The Redis server is of version ${version}. Atelier needs ${OLDEST_SERVER} or newer: update the server.`,
      );
    if (/aof_enabled:0/.test(info))
      log.warn("Redis does not write what it is told at once; set `appendonly yes`, or jobs wait longer after a crash");
  } catch (error) {
    if (error instanceof UserError) throw error;
    const cause = fault ?? error;
    const isAnswer = /^(NOAUTH|WRONGPASS|NOPERM|ERR|MISCONF|LOADING)/.test(messageOf(cause));
    throw isAnswer ? refused(url, cause, messageOf(cause)) : unreachable(url, cause, messageOf(cause));
  } finally {
    probe.disconnect();
  }
}
