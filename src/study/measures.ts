/** What was measured of a study's pictures. It lies in the study's folder as `metrics.json`, and as rows in `metrics.csv`. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { messageOf, UserError } from "../errors.ts";
import { writeWhole } from "../write-whole.ts";
import { csvOf } from "./csv.ts";

const MEASURES_FILE = "metrics.json";
const ROWS_FILE = "metrics.csv";
const FORMAT = "atelier-study-metrics";
/** A field that others may rely on changes with it. */
const VERSION = 1;

const metric = z.object({
  /** Short and stable, as in `lpips`. */
  id: z.string(),
  /** As people read it, as in `LPIPS (AlexNet)`. */
  label: z.string(),
  /** What it holds a picture against: what is kept of the content, how near it is to the style, or both at once. */
  side: z.enum(["content", "style", "both"]),
  better: z.enum(["lower", "higher"]),
  /** Whether there is a value for each picture, or one for all pictures of a candidate together. */
  of: z.enum(["picture", "set"]),
  /** What has to stand beside its values; `null`: nothing. */
  note: z.string().nullable(),
  /**
   * Whether the untouched content has a better value than every variant and style path (means over its pictures; of the
   * style side that is a metric to mistrust, of the content side it has to be so). `null` where the study has no controls.
   */
  prefersContent: z.boolean().nullable(),
});

/** One value of one picture; it is named as the manifest names it. */
const pictureValue = z.object({
  content: z.string(),
  style: z.string(),
  /** Of a variant, a style path or a control: `id` in the manifest's `candidates`. */
  candidate: z.string(),
  seed: z.int().nonnegative().nullable(),
  metric: z.string(),
  value: z.number(),
});

/** One value of all pictures of a candidate. */
const setValue = z.object({
  candidate: z.string(),
  metric: z.string(),
  value: z.number(),
  /** Pictures that went into it. */
  count: z.int().positive(),
});

const measuresSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Of Atelier. */
  atelier: z.string(),
  /** Those that were measured, in the order in which they are shown. */
  metrics: z.array(metric),
  /** In the order of the manifest's pictures; a metric that has nothing to measure in a picture has no row. */
  pictures: z.array(pictureValue),
  sets: z.array(setValue),
  /** Metrics that could not be measured, by name. */
  leftOut: z.array(z.object({ metric: z.string(), label: z.string(), why: z.string() })),
  /** Pictures that could not be measured, in the study's folder. */
  broken: z.array(z.object({ file: z.string(), why: z.string() })),
});

export type Measures = z.infer<typeof measuresSchema>;

/** What was measured, without what the file says of itself. */
export const newMeasures = (measured: Omit<Measures, "format" | "version">): Measures => ({
  format: FORMAT,
  version: VERSION,
  ...measured,
});

/**
 * What was measured of the study in a folder; `null` where nothing was yet.
 *
 * @throws UserError where the file is not one that this version knows
 */
export async function readMeasures(folder: string): Promise<Measures | null> {
  const text = await readFile(path.join(folder, MEASURES_FILE), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return measuresSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new UserError(
      "measures-unreadable",
      `${MEASURES_FILE} in ${folder} is none that this version of Atelier knows: ${why}`,
      { cause },
    );
  }
}

/** Writes both files. */
export async function writeMeasures(folder: string, measures: Measures): Promise<void> {
  await writeWhole(path.join(folder, MEASURES_FILE), Buffer.from(`${JSON.stringify(measures, null, 1)}\n`));
  await writeWhole(path.join(folder, ROWS_FILE), Buffer.from(rowsOf(measures)));
}

const COLUMNS = ["content", "style", "candidate", "seed", "metric", "value", "count"] as const;

/** One row for each value; a value of all pictures of a candidate has no content, style and seed. */
function rowsOf({ pictures, sets }: Measures): string {
  const rows = [
    ...pictures.map((row) => ({ ...row, count: 1 })),
    ...sets.map((row) => ({ content: null, style: null, seed: null, ...row })),
  ];
  return csvOf(COLUMNS, rows);
}
