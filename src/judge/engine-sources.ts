/** The embedded engine as this checkout or a commit has it: what tells one from another, and a place to run it. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { UserError } from "../errors.ts";

/** Of this checkout. */
export const ROOT = path.resolve(import.meta.dirname, "../..");
export const ENGINE = "src/stylize/embedded/index.ts";

/** Where the engine's code can stand, and rooms in it that it may not import: pictures stay good when these change. */
const SOURCES = ["src", "models"];
const ELSEWHERE =
  /^src\/(?:(?:cli|config|main)\.ts$|(?:bench|checkpoints|cli|discord|engine|jobs|judge|process|reader|store|votes|stylize\/diffusion|caption\/llava)\/)|\.md$/;

/** Code to paint with. */
export interface EngineSources {
  /** How people call it. */
  readonly name: string;
  /** Full name of the commit; `null` for this checkout with whatever is changed in it. */
  readonly commit: string | null;
  /** The same for the same sources, hex. */
  readonly fingerprint: string;
}

async function git(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", words, { cwd: ROOT, maxBuffer: 1 << 26 });
  return stdout;
}

/** The sources as they lie in this checkout, or in another folder. */
export async function sourcesHere(root = ROOT): Promise<EngineSources> {
  const folders = await Promise.all(SOURCES.map((folder) => filesIn(root, folder)));
  const entries = await Promise.all(
    folders.flat().map(async (file): Promise<Entry> => [file, blobName(await readFile(path.join(root, file)))]),
  );
  return { name: "this checkout", commit: null, fingerprint: fingerprintOf(entries) };
}

/**
 * The sources of a commit, which may be called whatever git understands.
 *
 * @throws UserError where there is no such commit, or no engine in it
 */
export async function sourcesOf(revision: string): Promise<EngineSources> {
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`).catch(
    (error: unknown) => {
      throw new UserError("no-commit", `Git knows no commit called ${revision} here.`, { cause: error });
    },
  );
  const tree = await git("ls-tree", "-r", "-z", commit.trim(), "--", ...SOURCES);
  const entries = [...tree.matchAll(/\d+ blob (\w+)\t([^\0]+)\0/g)].map(([, name, file]): Entry => [file!, name!]);
  if (!entries.some(([file]) => file === ENGINE))
    throw new UserError("no-engine", `The commit ${revision} has no embedded engine to paint with.`);
  return { name: revision, commit: commit.trim(), fingerprint: fingerprintOf(entries) };
}

/**
 * Runs `work` with the folder that holds the sources. For a commit that is a worktree of git beside the others, with the
 * packages of this checkout; it is gone afterwards.
 */
export async function withSources<T>({ commit }: EngineSources, work: (root: string) => Promise<T>): Promise<T> {
  if (commit === null) return work(ROOT);
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-judge-"));
  const root = path.join(folder, "tree");
  try {
    await git("worktree", "add", "--quiet", "--detach", root, commit);
    await symlink(path.join(ROOT, "node_modules"), path.join(root, "node_modules"), "junction");
    return await work(root);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await git("worktree", "prune");
  }
}

/** Paths from the root, with slashes. */
async function filesIn(root: string, folder: string): Promise<string[]> {
  const found = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
}

type Entry = readonly [file: string, blob: string];

/** What git calls the content of a file. */
const blobName = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

const fingerprintOf = (entries: readonly Entry[]): string =>
  createHash("sha256")
    .update(JSON.stringify(entries.filter(([file]) => !ELSEWHERE.test(file)).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex");
