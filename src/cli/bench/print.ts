/** How measurements are printed: one line each, name, figure and target. */

/** A figure beside the target it is held to; a missed target is marked. */
export function row(name: string, figure: string, target?: { readonly text: string; readonly held: boolean }): void {
  const mark = target === undefined ? "" : `   ${target.held ? "✓" : "✗"} target ${target.text}`;
  console.log(`  ${name.padEnd(44)} ${figure.padStart(14)}${mark}`);
}

export const heading = (text: string): void => console.log(`\n${text}`);

/** A target of at most `limit`. */
export const atMost = (value: number, limit: number, unit: string): { text: string; held: boolean } => ({
  text: `${limit} ${unit} at most`,
  held: value <= limit,
});

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
export const seconds = (value: number): string => `${value.toFixed(2)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
