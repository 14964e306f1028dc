/** Durations in words. */

/** A duration as people say it, never shorter than it is: "less than a minute", "about 4 minutes", "about 2 hours". */
export function inWords(seconds: number): string {
  if (seconds < 60) return "less than a minute";
  const minutes = Math.ceil(seconds / 60);
  if (minutes === 1) return "about 1 minute";
  if (minutes < 90) return `about ${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return `about ${hours} hours`;
}
