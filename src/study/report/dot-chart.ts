/** Means with their intervals as dots on a line: an SVG that a page colours by its theme, or as a picture of its own. */

interface DotRow {
  readonly label: string;
  /** `null`: there is none, and the row says so. */
  readonly value: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** A figure to compare with, drawn as a hollow diamond. */
  readonly reference: number | null;
  readonly colour: string;
}

export interface DotChart {
  /** What it shows, for those who cannot see it. */
  readonly title: string;
  readonly groups: readonly { readonly heading: string | null; readonly rows: readonly DotRow[] }[];
  /** What goes beyond is cut. */
  readonly axis: { readonly ticks: readonly number[]; readonly digits: number };
  /** Where nothing is better than something else; a line. */
  readonly middle: number | null;
}

/** CSS colours. */
export interface Inks {
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  /** Behind all of it; `null`: nothing. */
  readonly paper: string | null;
}

/** Colours of the page that it stands in. */
export const PAGE_INKS: Inks = { ink: "var(--ink)", faint: "var(--faint)", line: "var(--line)", paper: null };
export const PRINT_INKS: Inks = { ink: "#1e1f22", faint: "#6d6a63", line: "#d8d4ca", paper: "#ffffff" };

/** Units of the drawing: as wide as a phone, so that type has its own size there. */
const WIDTH = 420;
const LABELS = 168;
const VALUES = 46;
const ROW = 24;
const HEADING = 30;
const FOOT = 26;
const FONT = "font-family:system-ui,'DejaVu Sans',sans-serif";

export function dotChart({ title, groups, axis, middle }: DotChart, inks: Inks): string {
  const [low, high] = [axis.ticks[0]!, axis.ticks.at(-1)!];
  const right = WIDTH - VALUES - 8;
  const at = (value: number): number =>
    LABELS + ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (right - LABELS);
  const text = (x: number, y: number, said: string, style: string): string =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" style="${FONT};${style}">${escapeMarkup(said)}</text>`;
  const line = (x1: number, y1: number, x2: number, y2: number, style: string): string =>
    `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" style="${style}"/>`;
  const drawn: string[] = [];
  let y = 6;
  for (const { heading, rows } of groups) {
    if (heading !== null) {
      drawn.push(text(0, y + 18, heading, `font-size:12.5px;font-weight:600;fill:${inks.ink}`));
      y += HEADING;
    }
    for (const { label, value, interval, reference, colour } of rows) {
      const middleOfRow = y + ROW / 2;
      drawn.push(text(0, middleOfRow + 4, label, `font-size:12px;fill:${inks.faint}`));
      if (interval)
        drawn.push(
          line(
            at(interval.low),
            middleOfRow,
            at(interval.high),
            middleOfRow,
            `stroke:${colour};stroke-width:5;stroke-linecap:round;opacity:.38`,
          ),
        );
      if (reference !== null) drawn.push(diamond(at(reference), middleOfRow, inks.ink));
      if (value !== null)
        drawn.push(`<circle cx="${at(value).toFixed(1)}" cy="${middleOfRow}" r="5.5" style="fill:${colour}"/>`);
      const figure = value === null ? "–" : value.toFixed(axis.digits);
      drawn.push(
        text(WIDTH, middleOfRow + 4, figure, `font-size:12px;font-weight:600;text-anchor:end;fill:${inks.ink}`),
      );
      y += ROW;
    }
    y += 6;
  }
  const grid = axis.ticks.map((tick) => line(at(tick), 4, at(tick), y, `stroke:${inks.line};stroke-width:1`));
  if (middle !== null)
    grid.push(line(at(middle), 4, at(middle), y, `stroke:${inks.faint};stroke-width:1.5;stroke-dasharray:3 3`));
  const ticks = axis.ticks.map((tick) =>
    text(
      at(tick),
      y + 16,
      tick.toFixed(Number.isInteger(tick) ? 0 : 1),
      `font-size:11px;text-anchor:middle;fill:${inks.faint}`,
    ),
  );
  const height = y + FOOT;
  const ground = inks.paper === null ? "" : `<rect width="${WIDTH}" height="${height}" fill="${inks.paper}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeMarkup(title)}">${ground}${[...grid, ...drawn, ...ticks].join("")}</svg>`;
}

const diamond = (x: number, y: number, ink: string): string =>
  `<path d="M${(x - 6).toFixed(1)} ${y}L${x.toFixed(1)} ${y - 6}L${(x + 6).toFixed(1)} ${y}L${x.toFixed(1)} ${y + 6}Z" style="fill:none;stroke:${ink};stroke-width:1.5"/>`;

/** For HTML and SVG, within quotes too. */
export const escapeMarkup = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);

/** Round numbers from the one below all values to the one above them, a few. */
export function ticksAround(values: readonly number[], step: number): number[] {
  const [low, high] = [Math.floor(Math.min(...values) / step), Math.ceil(Math.max(...values) / step)];
  return Array.from({ length: Math.max(1, high - low) + 1 }, (_, i) => (low + i) * step);
}
