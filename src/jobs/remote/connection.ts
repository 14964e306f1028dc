/** Connects a bot or a worker to the server that `QUEUE_URL` names. */
import type { ConnectOptions, Exchange } from "./exchange.ts";

/**
 * Connects to the server of the queue, and makes its tables where there are none.
 *
 * @param url `postgres://…` or `redis://…`
 * @throws UserError `queue-unreachable`, `queue-refused`, `queue-too-old`, with what to do; never with a password
 */
export async function connect(url: string, options: ConnectOptions): Promise<Exchange> {
  const { protocol } = new URL(url);
  if (protocol === "redis:" || protocol === "rediss:") {
    const { connectRedis } = await import("./redis-exchange.ts");
    return connectRedis(url, options);
  }
  const { connectPostgres } = await import("./postgres-exchange.ts");
  return connectPostgres(url, options);
}
