/** The folder of installed checkpoints (`MODELS_DIR`): what is in it, and the terms that were agreed to. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { UserError } from "../errors.ts";
import type { CatalogueEntry } from "./catalogue/catalogue-entry.ts";

const MANIFEST = "atelier.json";
const LICENCES = "licences.json";

const manifestSchema = z.object({
  name: z.string(),
  installedAt: z.string(),
  sources: z.array(z.object({ repo: z.string(), revision: z.string(), commit: z.string() })),
  files: z.array(
    z.object({
      path: z.string(),
      size: z.number(),
      checksum: z.object({ algorithm: z.enum(["sha256", "sha512", "git-sha1"]), digest: z.string() }),
    }),
  ),
});

/** What an installed checkpoint is made of; the file `atelier.json` in its folder. Written last: it says "complete". */
export type Manifest = z.infer<typeof manifestSchema>;

const licencesSchema = z.record(z.string(), z.object({ licence: z.string(), url: z.string(), acceptedAt: z.string() }));

export class CheckpointStore {
  /** `MODELS_DIR`. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where a checkpoint is or would be. */
  folderOf(name: string): string {
    return path.join(this.folder, name);
  }

  /** `null` where the checkpoint is not installed, or not to the end. */
  async manifest(name: string): Promise<Manifest | null> {
    return readJsonFile(path.join(this.folderOf(name), MANIFEST), manifestSchema);
  }

  async installed(): Promise<Manifest[]> {
    const entries = await readdir(this.folder, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const manifests = await Promise.all(names.toSorted().map((name) => this.manifest(name)));
    return manifests.filter((manifest) => manifest !== null);
  }

  async complete(manifest: Manifest): Promise<void> {
    await writeJsonFile(path.join(this.folderOf(manifest.name), MANIFEST), manifest);
  }

  /** Until it is complete again, the checkpoint counts as not installed. */
  async incomplete(name: string): Promise<void> {
    await rm(path.join(this.folderOf(name), MANIFEST), { force: true });
  }

  /**
   * Keeps a second process from installing the same checkpoint. Release it by calling the result.
   *
   * @throws UserError when one is at it
   */
  async lock(name: string): Promise<() => Promise<void>> {
    const file = path.join(this.folder, `${name}.lock`);
    await mkdir(this.folder, { recursive: true });
    const take = (): Promise<boolean> =>
      writeFile(file, String(process.pid), { flag: "wx" }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
          throw error;
        },
      );
    if (!(await take())) {
      const holder = Number(await readFile(file, "utf8").catch(() => ""));
      if (isRunning(holder)) {
        throw new UserError(
          "already-installing",
          `Process ${holder} is installing ${name} now. Wait for it, or end it.`,
        );
      }
      await rm(file, { force: true });
      if (!(await take())) throw new UserError("already-installing", `Another process is installing ${name} now.`);
    }
    return () => rm(file, { force: true });
  }

  /** @throws UserError when there is nothing to remove */
  async remove(name: string): Promise<void> {
    const entries = await readdir(this.folder).catch((): string[] => []);
    if (!entries.includes(name)) throw notInstalled(name);
    await rm(this.folderOf(name), { recursive: true, force: true });
  }

  async hasAccepted(entry: CatalogueEntry): Promise<boolean> {
    const accepted = (await readJsonFile(path.join(this.folder, LICENCES), licencesSchema)) ?? {};
    return accepted[entry.name]?.url === entry.licence.url && accepted[entry.name]?.licence === entry.licence.name;
  }

  async accept(entry: CatalogueEntry, now = new Date()): Promise<void> {
    const file = path.join(this.folder, LICENCES);
    const accepted = (await readJsonFile(file, licencesSchema)) ?? {};
    const { name: licence, url } = entry.licence;
    await writeJsonFile(file, { ...accepted, [entry.name]: { licence, url, acceptedAt: now.toISOString() } });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

export const notInstalled = (name: string): UserError =>
  new UserError("not-installed", `${name} is not installed. Install it with: atelier models install ${name}`);

async function readJsonFile<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function writeJsonFile(file: string, value: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`);
  await rename(temporary, file);
}
