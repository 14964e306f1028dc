/** Grids of labelled pictures: comparisons, galleries, the demo's overview. */
import sharp, { type OverlayOptions } from "sharp";

import { pipeline } from "./resize.ts";
import type { RgbImage } from "./rgb-image.ts";

export interface ContactSheetCell {
  readonly image: RgbImage;
  /** One line under the picture; cut where it does not fit. */
  readonly label?: string;
}

export interface ContactSheetOptions {
  readonly columns: number;
  /** Width and height of the box that each picture is fitted into, pixels. */
  readonly cellWidth?: number;
  readonly cellHeight?: number;
  /** A line above the grid. */
  readonly title?: string;
}

const GAP = 12;
const LABEL_HEIGHT = 26;
const TITLE_HEIGHT = 44;
const PAPER = "#f6f4ef";

/**
 * Lays pictures out in rows on a light ground, each with its label, `null` for an empty place. Labels are set in whatever
 * sans-serif font the system has; where it has none, they are left out and the pictures stay.
 *
 * @returns PNG bytes
 */
export async function contactSheet(
  cells: readonly (ContactSheetCell | null)[],
  { columns, cellWidth = 256, cellHeight = cellWidth, title }: ContactSheetOptions,
): Promise<Uint8Array> {
  const rows = Math.ceil(cells.length / columns);
  const labelHeight = cells.some((cell) => cell?.label) ? LABEL_HEIGHT : 0;
  const top = GAP + (title ? TITLE_HEIGHT : 0);
  const width = GAP + columns * (cellWidth + GAP);
  const height = top + rows * (cellHeight + labelHeight + GAP);

  const overlays: OverlayOptions[] = [];
  const texts: string[] = [];
  if (title) texts.push(textAt(GAP, GAP + 28, 22, fit(title, width - 2 * GAP, 22), "start"));
  for (const [index, cell] of cells.entries()) {
    if (!cell) continue;
    const left = GAP + (index % columns) * (cellWidth + GAP);
    const cellTop = top + Math.floor(index / columns) * (cellHeight + labelHeight + GAP);
    const { data, info } = await pipeline(cell.image)
      .resize({ width: cellWidth, height: cellHeight, fit: "inside" })
      .png()
      .toBuffer({ resolveWithObject: true });
    overlays.push({
      input: data,
      left: left + Math.floor((cellWidth - info.width) / 2),
      top: cellTop + Math.floor((cellHeight - info.height) / 2),
    });
    if (cell.label) {
      texts.push(textAt(left + cellWidth / 2, cellTop + cellHeight + 18, 14, fit(cell.label, cellWidth, 14), "middle"));
    }
  }
  if (texts.length > 0) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${texts.join("")}</svg>`;
    overlays.push({ input: Buffer.from(svg), left: 0, top: 0 });
  }
  return sharp({ create: { width, height, channels: 3, background: PAPER } })
    .composite(overlays)
    .png()
    .toBuffer();
}

const textAt = (x: number, y: number, size: number, text: string, anchor: "start" | "middle"): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" ` +
  `font-size="${size}" fill="#222">${escapeXml(text)}</text>`;

/** Cuts a line to about `width` pixels: the average letter of a sans-serif font is 0.56 of its size wide. */
function fit(text: string, width: number, size: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  const most = Math.max(1, Math.floor(width / (size * 0.56)));
  const letters = Array.from(line);
  return letters.length <= most ? line : `${letters.slice(0, most - 1).join("")}…`;
}

/** Escapes what XML reserves and drops control characters, which it does not allow at all. */
const escapeXml = (text: string): string =>
  text.replace(/\p{Cc}/gu, "").replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
