/** Who may import whom. */
import type { Import } from "./tree.ts";

/**
 * For each part of the tree, a folder or a loose file, the folders and files that it may import besides its own.
 * Loose files of `src` without a row, and the languages (`src/words`), are the ground: open to all of Atelier, and importing
 * nothing but the ground.
 */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // What networks are made of
  "src/onnx": [],
  models: ["src/onnx"],
  "src/images": [],
  "src/faces": ["src/images", "src/onnx", "models"],
  "src/safety": ["src/images", "src/onnx", "models"],
  "src/checkpoints": [],
  "src/checkpoints/identify": ["src/onnx/files", "src/images/picture-embedding.ts"],
  "src/cuda": ["src/checkpoints", "src/onnx/files/zip-directory.ts"],
  "src/caption": ["src/onnx", "models", "src/images", "src/checkpoints/disk.ts"],
  "src/stylize": [
    "src/onnx",
    "models",
    "src/images",
    "src/faces",
    "src/caption/palette",
    "src/caption/style-vocabulary.ts",
    "src/checkpoints/identify",
  ],

  // The domain: of the rooms above it knows contracts
  "src/votes": [],
  "src/jobs": ["src/votes", "src/faces/face-report.ts", "src/process/wire-error.ts", "src/stylize/stylizer.ts"],
  "src/pictures": ["src/config.ts", "src/jobs/repositories.ts"],
  "src/store": ["src/jobs", "src/votes", "src/pictures", "src/study/survey/survey.ts"],

  // Processes beside the bot's
  "src/config.ts": ["src/onnx/devices.ts"],
  "src/process": [],
  "src/reader": ["src/config.ts", "src/process", "src/images", "src/stylize/diffusion/token-file.ts"],
  "src/engine": [
    "src/config.ts",
    "src/cuda/packages.ts",
    "src/process",
    "src/jobs",
    "src/onnx",
    "src/images",
    "src/faces",
    "src/safety",
    "src/checkpoints",
    "src/caption",
    "src/stylize",
  ],

  // Discord
  "src/discord": [
    "src/config.ts",
    "src/jobs",
    "src/votes",
    "src/store",
    "src/reader",
    "src/study/flags.ts",
    "src/study/out-of-date.ts",
    "src/study/survey",
    "src/checkpoints/disk.ts",
    "src/images",
    "src/caption/conditioning.ts",
    "src/caption/style-sentences.ts",
    "src/stylize/diffusion/inversion-state.ts",
    "src/stylize/diffusion/token-file.ts",
  ],
  commands: ["src/discord", "src/jobs", "src/votes", "src/store/ballots.ts", "src/images"],

  // Health and metrics of any of them
  "src/ops": ["src/checkpoints/disk.ts", "src/config.ts", "src/engine/engine-work.ts", "src/jobs", "src/store"],

  "src/main.ts": [
    "commands",
    "src/config.ts",
    "src/discord",
    "src/engine",
    "src/jobs",
    "src/ops",
    "src/pictures",
    "src/reader",
    "src/store",
  ],
  "src/shards": ["src/config.ts", "src/discord", "src/main.ts", "src/process/fork.ts", "src/store"],

  "src/worker.ts": ["src/config.ts", "src/engine", "src/jobs", "src/ops", "src/pictures", "src/store"],

  // The terminal
  bin: ["src/cli.ts"],
  "src/cli.ts": ["src/cli"],
  "src/cli": [
    "src/bench",
    "src/caption",
    "src/checkpoints",
    "src/config.ts",
    "src/cuda",
    "src/engine",
    "src/images",
    "src/jobs",
    "src/judge",
    "src/main.ts",
    "src/onnx/devices.ts",
    "src/onnx/session-pool.ts",
    "src/pictures",
    "src/shards",
    "src/store",
    "src/study",
    "src/stylize",
    "src/votes",
    "src/worker.ts",
  ],
  "src/study": [
    "src/checkpoints/disk.ts",
    "src/faces",
    "src/images",
    "src/jobs",
    "src/judge",
    "src/onnx/session-pool.ts",
    "src/study/metrics",
    "src/stylize/diffusion/inversion-state.ts",
    "src/stylize/diffusion/token-file.ts",
    "src/votes",
  ],
  "src/study/survey": [
    "src/study/flags.ts",
    "src/study/manifest.ts",
    "src/study/study-ballots.ts",
    "src/pictures/folder.ts",
    "src/votes",
  ],
  "src/study/metrics": ["models", "src/faces/face-report.ts", "src/images", "src/judge/measures", "src/onnx"],
  "src/judge": [
    "src/caption/describer.ts",
    "src/faces",
    "src/images",
    "src/onnx/session-pool.ts",
    "src/process",
    "src/stylize/stylizer.ts",
  ],
  "src/bench": [
    "models",
    "src/caption",
    "src/checkpoints/disk.ts",
    "src/config.ts",
    "src/engine",
    "src/images",
    "src/jobs",
    "src/judge",
    "src/main.ts",
    "src/onnx",
    "src/process",
    "src/store",
    "src/stylize",
    "src/votes",
  ],

  // Beside the product
  packages: [],
  scripts: [
    "src/caption/palette",
    "src/cli/demo",
    "src/images",
    "src/jobs/gallery.ts",
    "src/onnx/session-pool.ts",
    "src/study",
    "src/stylize/embedded",
    "test/fuzz",
  ],
  test: ["commands", "models", "src"],
  "test/soak": [
    "src/cli/options.ts",
    "src/jobs",
    "src/pictures/picture-name.ts",
    "src/store/schema.ts",
    "src/votes",
    "test/discord",
    "test/draw.ts",
    "test/store",
  ],
  "vitest.config.ts": ["test/closing-line.ts"],
};

/** Parts that must run without Discord, a network or a model; and what they therefore may not import, types included. */
const PURE = ["src/jobs", "src/votes"];
const HEAVY = /^(?:discord\.js|@discordjs\/.*|onnxruntime.*|@huggingface\/.*|sharp|libsql|kysely|hono|ws)$/;

const SANDBOX = "@atelier/sandbox";
/** Where Atelier meets the sandbox; the product itself knows only Discord. */
const SANDBOX_USERS = ["src/cli/demo", "src/bench", "scripts", "test", "packages"];

const PARTS = Object.keys(ALLOWED).sort((a, b) => b.length - a.length);

const isIn = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);

const isGround = (file: string): boolean => /^src\/(?:words\/(?:languages\/)?)?[^/]+$/.test(file) && !(file in ALLOWED);

/** The part that a file belongs to: the innermost one, or `ground`; `null` for a place that the table does not know. */
export const partOf = (file: string): string | null =>
  PARTS.find((part) => isIn(file, part)) ?? (isGround(file) ? "ground" : null);

/** The row and the entry of the table that let a part import a file. */
export const permitOf = ({ file, to }: Import): string | undefined =>
  ALLOWED[partOf(file) ?? ""]?.find((place) => to !== null && isIn(to, place));

/** Why an import is refused, or `null`. */
export function refusalOf(each: Import): string | null {
  const { file, from, to } = each;
  const part = partOf(file);
  const refused = `${file} -> ${to ?? from}`;
  if (to !== null) {
    const isOpen = isGround(to) && part !== "packages";
    return isOpen || partOf(to) === part || permitOf(each) ? null : refused;
  }
  if (PURE.some((pure) => pure === part) && HEAVY.test(from)) return refused;
  if (from.startsWith(SANDBOX) && !SANDBOX_USERS.some((user) => isIn(file, user))) return refused;
  return null;
}
