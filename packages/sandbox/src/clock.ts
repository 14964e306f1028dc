/** The sandbox's clock and its snowflakes (Discord's identifiers: 42 bits of time, 22 bits of sequence). */

const DISCORD_EPOCH = 1_420_070_400_000;

/** Wall-clock time plus an offset, so that a test can let fifteen minutes or a day pass at once. */
export class Clock {
  #offset = 0;
  #last = 0n;

  now(): number {
    return Date.now() + this.#offset;
  }

  /** Lets `milliseconds` pass at once, for the sandbox only: the bot's own timers do not notice. */
  advance(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  iso(at: number = this.now()): string {
    return new Date(at).toISOString().replace("Z", "000+00:00");
  }

  /** A new identifier; later ones are always greater. */
  snowflake(at: number = this.now()): string {
    const next = BigInt(Math.floor(at) - DISCORD_EPOCH) << 22n;
    this.#last = next > this.#last ? next : this.#last + 1n;
    return this.#last.toString();
  }
}

/** The identifier of a time, Unix milliseconds (at Discord's epoch or later), and a number below 2^22. */
export const snowflakeAt = (at: number, sequence: number): string =>
  String((BigInt(at - DISCORD_EPOCH) << 22n) + BigInt(sequence));

/** When an identifier was made, in milliseconds since 1970. */
export const snowflakeTime = (id: string): number => Number(BigInt(id) >> 22n) + DISCORD_EPOCH;

/** Orders identifiers by age, oldest first. */
export const byAge = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
