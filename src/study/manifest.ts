/** The manifest of a study: what it is made of, how, and what came of it. It lies in the study's folder as `study.json`. */
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { messageOf, UserError } from "../errors.ts";
import { ENGINE_PARTS, STEP_CACHES, STYLE_PATHS, STYLIZER_IDS } from "../painting.ts";
import { VARIANTS } from "../variant.ts";
import { writeWhole } from "../write-whole.ts";
import { CONTROLS } from "./candidates.ts";

const MANIFEST_FILE = "study.json";
/** In the study's folder, what the run itself works on: its store, and what engines know of devices. */
export const DATA_FOLDER = "data";
const FORMAT = "atelier-study";
/** Of the manifest; a field that others may rely on changes with it. */
const VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A picture that the study is made of. */
const source = z.object({
  /** The file's name without its ending, unless another has that too. */
  name: z.string(),
  file: z.string(),
  /** Of the file, and of the PNG that engines see. */
  fileSha256: sha256,
  sha256,
  width: z.int().positive(),
  height: z.int().positive(),
  /** What was done to it on the way in, for people. */
  notes: z.array(z.string()),
  /** As `licences.json` beside the pictures says. */
  licence: z.string().nullable(),
});

const candidate = z.union([
  z.object({
    id: z.string(),
    kind: z.enum(["variant", "path"]),
    variant: z.enum(VARIANTS),
    stylePath: z.enum(STYLE_PATHS),
  }),
  z.object({ id: z.string(), kind: z.literal("control"), control: z.enum(CONTROLS) }),
]);

/** One candidate of one pair. */
const place = z.object({
  content: z.string(),
  style: z.string(),
  candidate: z.string(),
  /** `null` of what nothing is drawn for. */
  seed: z.int().nonnegative().nullable(),
});

const picture = place.extend({
  /** In the study's folder, with slashes. */
  file: z.string(),
  sha256,
  width: z.int().positive(),
  height: z.int().positive(),
  /** How it was painted; `null` where nobody painted. */
  painted: z
    .object({
      engine: z.enum(STYLIZER_IDS),
      variant: z.enum(VARIANTS),
      stylePath: z.enum(STYLE_PATHS).nullable(),
      /** Of StyleShot: whether the content's contours were drawn over. */
      contours: z.boolean().exactOptional(),
      steps: z.int().nonnegative(),
      guidance: z.number().nullable(),
      stepCache: z.enum(STEP_CACHES).nullable(),
      /** Rows that went through the UNet; absent or `null` where there is none, and of pictures before they were counted. */
      unetRows: z.number().nonnegative().nullable().exactOptional(),
      /** Who wrote the description that it was painted by. */
      describer: z.string().nullable(),
      /** By its name among `machines`; absent: the machine that ran the study. */
      machine: z.string().exactOptional(),
      seconds: z.object({ caption: z.number(), stylize: z.number(), total: z.number() }),
    })
    .nullable(),
});

/** What was learned of a style, for the style paths that take it. */
const learnedToken = z.object({
  /** Of its file in the study's store. */
  sha256,
  steps: z.int().nonnegative(),
  loss: z.number(),
});

/** What of a machine decides about bytes. */
const machine = z.object({ node: z.string(), platform: z.string(), processor: z.string(), device: z.string() });

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Of Atelier. */
  atelier: z.string(),
  engine: z.object({
    stylizer: z.enum(STYLIZER_IDS),
    describer: z.string(),
    /** What else of the installation's settings decides about pixels. */
    parts: z.enum(ENGINE_PARTS),
    precision: z.string(),
    stepCache: z.enum(STEP_CACHES),
  }),
  /** The one that ran the study; of workers that painted it, the device. No processor of studies before it was noted. */
  machine: machine.extend({ processor: z.string().exactOptional() }),
  /** Workers that painted its pictures; absent where that machine did. */
  machines: z.array(machine.extend({ name: z.string() })).exactOptional(),
  /** Where the same bytes come of it again, in words; absent before anybody knew. */
  repeatable: z.string().exactOptional(),
  settings: z.object({
    size: z.int().positive(),
    strength: z.number(),
    steps: z.int().positive().nullable(),
    guidance: z.number().nullable(),
    /** Most steps of learning a style; absent or `null`: until its loss settles. */
    learnSteps: z.int().positive().nullable().exactOptional(),
  }),
  candidates: z.array(candidate),
  seeds: z.array(z.int().nonnegative()),
  contents: z.array(source.extend({ face: z.boolean().nullable() })),
  styles: z.array(
    source.extend({
      description: z.object({ text: z.string(), describer: z.string() }).nullable(),
      /** Absent or `null` where no style path takes one, and until it is learned. */
      token: learnedToken.nullable().exactOptional(),
    }),
  ),
  pairs: z.array(z.object({ content: z.string(), style: z.string() })),
  /** Files that were given and are no part of the study. */
  leftOut: z.array(z.object({ role: z.enum(["content", "style"]), file: z.string(), why: z.string() })),
  /** Terms of the weights that were installed. */
  weights: z.array(z.object({ name: z.string(), licence: z.string(), url: z.string(), commits: z.array(z.string()) })),
  pictures: z.array(picture),
  failed: z.array(place.extend({ why: z.string() })),
  /** Whether all pictures are there. */
  complete: z.boolean(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestPicture = z.infer<typeof picture>;
export type Place = z.infer<typeof place>;
export type Source = z.infer<typeof source>;
export type LearnedToken = z.infer<typeof learnedToken>;

/** All that is decided before the first picture. */
export type StudyPlan = Omit<
  Manifest,
  "format" | "version" | "machines" | "repeatable" | "pictures" | "failed" | "complete"
>;

export const newManifest = (plan: StudyPlan): Manifest => ({
  format: FORMAT,
  version: VERSION,
  ...plan,
  pictures: [],
  failed: [],
  complete: false,
});

/**
 * What an earlier run left in a folder; `null` where it is empty or not there yet.
 *
 * @throws UserError where the folder holds something else, or a manifest that this version does not know
 */
export async function readManifest(folder: string): Promise<Manifest | null> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new UserError("out-folder", `${folder} cannot be used as a folder: ${messageOf(error)}`, { cause: error });
  });
  const hasManifest = names.includes(MANIFEST_FILE);
  // A run that was killed before it had a manifest left these at most.
  if (!hasManifest && names.every((name) => name === DATA_FOLDER || name.startsWith(MANIFEST_FILE))) return null;
  if (!hasManifest)
    throw new UserError(
      "out-folder",
      `${folder} holds other things than a study. Name an empty folder, or one that is not there yet.`,
    );
  const text = await readFile(path.join(folder, MANIFEST_FILE), "utf8");
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new UserError(
      "study-unreadable",
      `${MANIFEST_FILE} in ${folder} is no manifest that this version of Atelier knows: ${why}`,
      { cause },
    );
  }
}

export const writeManifest = (folder: string, manifest: Manifest): Promise<void> =>
  writeWhole(path.join(folder, MANIFEST_FILE), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
