/** Which of the bot's processes has which servers. */

/** One of the `count` processes that the servers are divided among. */
export interface Shard {
  /** From 0. */
  readonly id: number;
  readonly count: number;
}

/** A bot of one process, which has them all. */
export const WHOLE: Shard = { id: 0, count: 1 };

/** The first one, which also has what is of no server and what is done once for all. */
export const isFirst = ({ id }: Shard): boolean => id === 0;

/** A process's place among the others. */
export interface Seat {
  readonly shard: Shard;
  /** Waits until Discord takes another session (IDENTIFY) of the bot. */
  readonly mayIdentify: (signal: AbortSignal) => Promise<void>;
}
