/** Sheets of labelled pictures in rows: comparisons, galleries. */
import sharp, { type OverlayOptions } from "sharp";

import { pipeline } from "./resize.ts";
import type { RgbImage } from "./rgb-image.ts";
import { wrapLines } from "./text-width.ts";

export interface ContactSheetCell {
  readonly image: RgbImage;
  /** Stands under the picture; cut where it does not fit. */
  readonly label: string;
}

export interface ContactSheetOptions {
  /** Side of the square that each picture is fitted into, pixels. */
  readonly cell: number;
  /** Size of the labels' type, pixels. A phone shows a sheet 400 points wide. */
  readonly labelSize: number;
  /** Lines that a label may take; default 1. */
  readonly labelLines?: number;
}

const GAP = 16;
const LEADING = 1.2;
/** Bold type is that much wider than plain. */
const BOLD = 1.12;
const PAPER = "#f6f4ef";
const INK = "#1e1f22";
/** Keeps the edge of very light pictures visible, and does not show on others. */
const EDGE = "#c9c5bb";

/**
 * Lays rows of pictures out on a light ground, each with its label; `null` for an empty place. Rows that are shorter
 * than the longest stand in the middle. Labels are set in whatever sans-serif font the system has; where it has none, they
 * are left out and the pictures stay.
 *
 * @returns PNG bytes
 */
export async function contactSheet(
  rows: readonly (readonly (ContactSheetCell | null)[])[],
  { cell: side, labelSize, labelLines = 1 }: ContactSheetOptions,
): Promise<Uint8Array> {
  const columns = Math.max(...rows.map(({ length }) => length));
  const width = GAP + columns * (side + GAP);
  const drawn: Drawn[] = [];
  let top = GAP;
  for (const row of rows) {
    const indent = ((columns - row.length) * (side + GAP)) / 2;
    const fitted = await Promise.all(row.map(async (cell) => cell && fit(cell, side, labelSize, labelLines)));
    const height = Math.max(...fitted.map((cell) => cell?.height ?? 0));
    const lines = Math.max(...fitted.map((cell) => cell?.lines.length ?? 0));
    for (const [column, cell] of fitted.entries()) {
      const left = GAP + indent + column * (side + GAP);
      if (cell) drawn.push({ ...cell, left, top: top + (height - cell.height) / 2, labelTop: top + height + GAP / 2 });
    }
    top += height + GAP + (lines > 0 ? lines * labelSize * LEADING + GAP / 2 : 0);
  }
  const overlays = drawn.map((cell): OverlayOptions => {
    const left = Math.round(cell.left + (side - cell.width) / 2);
    return { input: cell.png, left, top: Math.round(cell.top) };
  });
  const height = Math.ceil(top);
  const labels = drawn.flatMap((cell) =>
    cell.lines.map((line, i) =>
      textAt(cell.left + side / 2, cell.labelTop + (i * LEADING + 0.9) * labelSize, labelSize, line),
    ),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${labels.join("")}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: PAPER } })
    .composite([...overlays, { input: Buffer.from(svg), left: 0, top: 0 }])
    .png()
    .toBuffer();
}

interface Fitted {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
}

interface Drawn extends Fitted {
  readonly left: number;
  readonly top: number;
  readonly labelTop: number;
}

async function fit({ image, label }: ContactSheetCell, side: number, size: number, most: number): Promise<Fitted> {
  const inner = side - 2;
  const { data, info } = await pipeline(image)
    .resize({ width: inner, height: inner, fit: "inside" })
    .extend({ top: 1, bottom: 1, left: 1, right: 1, background: EDGE })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height, lines: wrapLines(label, side, size * BOLD, most) };
}

const textAt = (x: number, y: number, size: number, text: string): string =>
  `<text x="${x}" y="${y}" text-anchor="middle" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" ` +
  `font-size="${size}" font-weight="bold" fill="${INK}">${escapeXml(text)}</text>`;

/** Escapes what XML reserves and drops control characters, which it does not allow at all. */
const escapeXml = (text: string): string =>
  text.replace(/\p{Cc}/gu, "").replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
