/** A connection to Redis that ends when it is told to, also while the server is away. */
import { Redis, type RedisOptions } from "ioredis";

/**
 * ioredis takes the timer away from a client that pauses before it connects again, and tells nobody that it has ended:
 * its commands, and whoever waits for its end as BullMQ does, would wait for ever.
 */
export class RedisLine extends Redis {
  override disconnect(reconnect = false): void {
    // One that has not connected yet is ended at once.
    if (!reconnect && this.status === "reconnecting") this.status = "wait";
    super.disconnect(reconnect);
  }

  /** BullMQ's own connections are made by it. */
  override duplicate(override?: Partial<RedisOptions>): RedisLine {
    return new RedisLine({ ...this.options, ...override });
  }
}
