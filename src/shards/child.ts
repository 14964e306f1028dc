/** One shard of the bot: the process that the manager starts. Settings from the environment. */
import { readConfig } from "../config.ts";
import { createLogger } from "../log.ts";
import { runBot } from "../main.ts";
import { type Answer, answerSchema, type Ask } from "./messages.ts";

// By these discord.js says which one this is; to the settings, the first is something else.
const shard = { id: Number(process.env["SHARDS"]), count: Number(process.env["SHARD_COUNT"]) };
delete process.env["SHARDS"];

const told = new AbortController();
/** Questions that are not answered, by their number. */
const asked = new Map<number, () => void>();
let questions = 0;

process.on("message", (message) => {
  const answer = answerSchema.safeParse(message).data as Answer | undefined;
  if (answer === undefined) return;
  if ("close" in answer) told.abort();
  else asked.get(answer.identify)?.();
});
// The manager is gone, and with it the lock on the data folder.
process.on("disconnect", () => told.abort());

async function mayIdentify(signal: AbortSignal): Promise<void> {
  const number = ++questions;
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      asked.set(number, resolve);
      process.send!({ mayIdentify: number } satisfies Ask);
    });
  } finally {
    asked.delete(number);
  }
}

const settings = readConfig();
const { OPS_PORT } = settings;
// Each has a port of its own, in their order.
const config = OPS_PORT === undefined ? settings : { ...settings, OPS_PORT: OPS_PORT + shard.id };
const log = createLogger(config.LOG_LEVEL).child({ shard: shard.id });
process.exitCode = await runBot(config, log, { seat: { shard, mayIdentify }, told: told.signal });
if (process.connected) process.disconnect();
