/** Durations as people say them. */

/** A duration, never shorter than it is. */
interface Roughly {
  /** `moment`: less than a minute. */
  readonly unit: "moment" | "minutes" | "hours";
  readonly count: number;
}

/** What a sentence on a duration needs; each language has its own cases for it. */
export function roughly(seconds: number): Roughly {
  if (seconds < 60) return { unit: "moment", count: 0 };
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? { unit: "minutes", count: minutes } : { unit: "hours", count: Math.ceil(minutes / 60) };
}

/** For terminals: "less than a minute", "about 4 minutes", "about 2 hours". */
export function inWords(seconds: number): string {
  const { unit, count } = roughly(seconds);
  if (unit === "moment") return "less than a minute";
  return `about ${count} ${count === 1 ? "minute" : unit}`;
}
