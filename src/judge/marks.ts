/** Marks that people gave blind, and what they say when the key is opened. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { messageOf, UserError } from "../errors.ts";
import { LETTERS, type Key } from "./sheets.ts";
import { meanOf } from "./table.ts";

/** As `index.html` exports it: marks of 1 to 5 by picture, `17A`. */
const Marks = z.object({ run: z.string(), marks: z.record(z.string().regex(/^\d+[A-Z]$/), z.int().min(1).max(5)) });
export type Marks = z.infer<typeof Marks>;

/** Marks of one side. */
export interface SideMarks {
  readonly side: string;
  readonly count: number;
  readonly mean: number;
  /** Shares with 4 or more, and with 2 or less. */
  readonly good: number;
  readonly bad: number;
}

export interface Revealed {
  readonly sides: readonly SideMarks[];
  /** Pairs in which each side has the better mark, and ties; `null` with one side. */
  readonly headToHead: { readonly wins: readonly number[]; readonly ties: number } | null;
  /** Sides by kind of style, most pictures first. */
  readonly kinds: readonly { readonly kind: string; readonly sides: readonly SideMarks[] }[];
}

/** @throws UserError where the file holds no marks, or those of another run */
export async function readMarks(file: string, { run }: Key): Promise<Marks> {
  let marks: Marks;
  try {
    marks = Marks.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new UserError("no-marks", `${path.basename(file)} holds no marks as index.html exports them: ${why}`, {
      cause: error,
    });
  }
  if (marks.run !== run)
    throw new UserError("other-marks", `${path.basename(file)} belongs to other sheets than those in this folder.`);
  return marks;
}

/** @param kindOf kind of a style by its name */
export function reveal(key: Key, { marks }: Marks, kindOf: (style: string) => string): Revealed {
  const given = key.pairs.map(({ number, style, letters }) => {
    const bySide: (number | undefined)[] = [];
    for (const letter of LETTERS) {
      const side = letters[letter];
      if (side !== undefined) bySide[side] = marks[`${number}${letter}`];
    }
    return { kind: kindOf(style), bySide };
  });
  const sidesOf = (pairs: typeof given): SideMarks[] =>
    key.sides.map((side, i) =>
      sideMarks(
        side,
        pairs.flatMap(({ bySide }) => bySide[i] ?? []),
      ),
    );
  const kinds = [...new Set(given.map(({ kind }) => kind))]
    .map((kind) => ({ kind, sides: sidesOf(given.filter((pair) => pair.kind === kind)) }))
    .filter(({ sides }) => sides.some(({ count }) => count > 0))
    .toSorted((a, b) => b.sides[0]!.count - a.sides[0]!.count);
  return { sides: sidesOf(given), headToHead: headToHead(given.map(({ bySide }) => bySide)), kinds };
}

function sideMarks(side: string, marks: readonly number[]): SideMarks {
  const share = (is: (mark: number) => boolean): number => marks.filter(is).length / marks.length;
  return {
    side,
    count: marks.length,
    mean: meanOf(marks),
    good: share((mark) => mark >= 4),
    bad: share((mark) => mark <= 2),
  };
}

function headToHead(pairs: readonly (readonly (number | undefined)[])[]): Revealed["headToHead"] {
  const both = pairs.flatMap(([a, b]) => (a === undefined || b === undefined ? [] : [[a, b] as const]));
  if (both.length === 0) return null;
  const wins = [both.filter(([a, b]) => a > b).length, both.filter(([a, b]) => b > a).length];
  return { wins, ties: both.length - wins[0]! - wins[1]! };
}
