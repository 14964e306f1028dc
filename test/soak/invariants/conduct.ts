/** How the bot behaved on the way: it did not end by itself, broke no rule of Discord's, and lost no error on the way. */
import type { Invariant } from "./evidence.ts";

/** What a bot that is stopped, killed or cut off cannot help. */
const EXCUSED = /was not acknowledged within 3 seconds|was acknowledged twice/;

export const rulesAreKept: Invariant = ({ discord }) =>
  [...new Set(discord.violations.filter((words) => !EXCUSED.test(words)))].map((words) => `Discord's rules: ${words}`);

export const botGoesOnlyWhenTold: Invariant = ({ keeper }) => keeper.problems;

export const noErrorIsLost: Invariant = ({ keeper }) =>
  keeper.log
    .split("\n")
    .filter((line) => line.includes('"level":"fatal"') || line.includes('"msg":"unhandled rejection"'))
    .map((line) => `in the log: ${line.slice(0, 600)}`);
