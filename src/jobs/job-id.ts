/** Job ids: time first, then randomness, so that they sort by creation. */
import { randomBytes } from "node:crypto";

/** Crockford's base 32: no I, L, O, U. Its order is the order of ASCII. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_DIGITS = 9;
const RANDOM_DIGITS = 7;

let lastTime = 0;
let lastRandom = 0;

/**
 * A new id of 16 characters of [0-9A-Z]: 45 bits of Unix milliseconds and 35 random bits. Ids made by one process are
 * strictly ascending: within one millisecond (or after the clock was set back) the random part counts up.
 */
export function newJobId(now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    lastRandom = randomBytes(4).readUInt32BE();
  } else {
    lastRandom += 1;
  }
  return digits(lastTime, TIME_DIGITS) + digits(lastRandom, RANDOM_DIGITS);
}

/** What no id of this moment (Unix milliseconds) or later comes before. */
export const firstJobId = (at: number): string => digits(Math.max(0, at), TIME_DIGITS);

/** Whether a text has the shape of a job id: for ids that come back from Discord. */
export const isJobId = (text: string): boolean => /^[0-9A-HJKMNP-TV-Z]{16}$/.test(text);

function digits(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = DIGITS[rest % 32]! + text;
  return text;
}
