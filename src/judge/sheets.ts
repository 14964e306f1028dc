/** Blind contact sheets: content, style and what each side made of them, the sides in an order that only the key knows. */
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { contactSheet, type ContactSheetCell } from "../images/contact-sheet.ts";
import { encodeJpeg } from "../images/encode.ts";
import { seededRandom, shuffled } from "../random.ts";
import { flipPage } from "./flip-page.ts";
import type { RgbImage } from "../images/rgb-image.ts";

const CELL = 420;
const LABEL = 26;
/** Names of a pair's results, in the order in which they stand. */
export const LETTERS = ["A", "B"] as const;
type Letter = (typeof LETTERS)[number];

/** Who painted what. */
export interface Key {
  /** The same for the same pairs and sides in the same order; marks carry it, so that they are not read by another key. */
  readonly run: string;
  readonly sides: readonly string[];
  readonly pairs: readonly KeyPair[];
}

interface KeyPair {
  /** From 1. */
  readonly number: number;
  readonly content: string;
  readonly style: string;
  /** Which of `sides`, from 0, each letter stands for. */
  readonly letters: Readonly<Partial<Record<Letter, number>>>;
}

/** @param pairs names of content and style, in the order of their numbers */
export function keyOfSheets(
  sides: readonly { readonly name: string; readonly fingerprint: string }[],
  pairs: readonly { readonly content: string; readonly style: string }[],
  seed: number,
): Key {
  const random = seededRandom(seed ^ 0x5eed);
  const numbered = pairs.map(({ content, style }, i): KeyPair => {
    const order = shuffled([...sides.keys()], random);
    return { number: i + 1, content, style, letters: Object.fromEntries(order.map((side, k) => [LETTERS[k]!, side])) };
  });
  const run = createHash("sha256")
    .update(JSON.stringify([sides, numbered]))
    .digest("hex")
    .slice(0, 10);
  return { run, sides: sides.map(({ name }) => name), pairs: numbered };
}

/** The pictures of one pair. */
export interface PairPictures {
  readonly content: RgbImage;
  readonly style: RgbImage;
  /** By side. */
  readonly results: readonly RgbImage[];
}

/**
 * Writes `sheet-NN.png`, and `index.html` with its pictures in `blind`; what an earlier run left of these is taken away.
 *
 * @returns paths of the sheets
 */
export async function writeSheets(
  folder: string,
  { run, sides, pairs }: Key,
  perSheet: number,
  picturesOf: (index: number) => Promise<PairPictures>,
): Promise<string[]> {
  const blind = path.join(folder, "blind");
  await rm(blind, { recursive: true, force: true });
  await mkdir(blind, { recursive: true });
  for (const name of await readdir(folder)) if (/^sheet-\d+\.png$/.test(name)) await rm(path.join(folder, name));
  const files: string[] = [];
  for (let first = 0; first < pairs.length; first += perSheet) {
    const rows: ContactSheetCell[][] = [];
    for (const { number, letters } of pairs.slice(first, first + perSheet)) {
      const { content, style, results } = await picturesOf(number - 1);
      const cells = [
        { image: content, label: `${number} content` },
        { image: style, label: `${number} style` },
        ...Object.entries(letters).map(([letter, side]) => ({ image: results[side]!, label: `${number} ${letter}` })),
      ];
      // One side takes half the room: two pairs stand side by side.
      const open = rows.at(-1);
      if (sides.length === 1 && open?.length === cells.length) open.push(...cells);
      else rows.push([...cells]);
      for (const { image, label } of cells)
        await writeFile(path.join(blind, blindName(label)), await encodeJpeg(image, 92));
    }
    const file = path.join(folder, `sheet-${String(files.length + 1).padStart(2, "0")}.png`);
    await writeFile(file, await contactSheet(rows, { cell: CELL, labelSize: LABEL }));
    files.push(file);
  }
  const page = pairs.map(({ number, letters }) => ({ number, letters: Object.keys(letters) }));
  await writeFile(path.join(folder, "index.html"), flipPage(run, page));
  return files;
}

const blindName = (label: string): string => `${label.replace(" ", "-")}.jpg`;
