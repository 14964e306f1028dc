/** Discord's ids as points in time: 42 bits of milliseconds since 2015, then 22 bits of sequence. */

const DISCORD_EPOCH = 1_420_070_400_000;

/** The lowest id of a moment, Unix milliseconds. */
export const snowflakeAt = (at: number): string => String(BigInt(Math.max(0, Math.floor(at) - DISCORD_EPOCH)) << 22n);

/** When an id was given, Unix milliseconds. */
export const timeOf = (id: string): number => Number(BigInt(id) >> 22n) + DISCORD_EPOCH;

export const laterOf = (a: string, b: string): string => (BigInt(a) > BigInt(b) ? a : b);
