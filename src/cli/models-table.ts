/** The list of `atelier models list`. */
import { readdir } from "node:fs/promises";

import { CATALOGUE } from "../checkpoints/catalogue.ts";
import type { CatalogueEntry } from "../checkpoints/catalogue/catalogue-entry.ts";
import { isCommit, originWords } from "../checkpoints/commit.ts";
import { formatBytes } from "../checkpoints/disk.ts";
import { type Found, useWords } from "../checkpoints/identify/found.ts";
import type { CheckpointStore, Manifest } from "../checkpoints/checkpoint-folder.ts";
import type { Paint } from "./paint.ts";

export interface ModelRow {
  readonly name: string;
  readonly title: string;
  readonly purpose: CatalogueEntry["purpose"];
  readonly licence: CatalogueEntry["licence"];
  /** Where it comes from; the commit where it is installed. A revision that is no commit may move on. */
  readonly sources: readonly { repo: string; revision: string; commit: string | null }[];
  /** Of the installed files; of the download, about, where it is not installed. */
  readonly bytes: number;
  /** `partial`: an installation was begun. */
  readonly state: "installed" | "partial" | "available";
  /** `null` where nothing is there. */
  readonly folder: string | null;
}

export async function listCheckpoints(store: CheckpointStore): Promise<ModelRow[]> {
  const present = new Set(await readdir(store.folder).catch((): string[] => []));
  return Promise.all(
    CATALOGUE.map(async ({ name, title, purpose, licence, sources, megabytes }): Promise<ModelRow> => {
      const manifest = await store.manifest(name);
      const size = manifest?.files.reduce((sum, file) => sum + file.size, 0);
      return {
        name,
        title,
        purpose,
        licence,
        sources: sources.map(({ repo, revision }) => ({ repo, revision, commit: commitOf(manifest, repo) })),
        bytes: size ?? megabytes * 1e6,
        state: manifest ? "installed" : present.has(name) ? "partial" : "available",
        folder: present.has(name) ? store.folderOf(name) : null,
      };
    }),
  );
}

const commitOf = (manifest: Manifest | null, repo: string): string | null =>
  manifest?.sources.find((source) => source.repo === repo)?.commit ?? null;

const HEADINGS: Readonly<Record<CatalogueEntry["purpose"], string>> = {
  stylizer: "Painters",
  captioner: "Captioners: they put the style picture into words",
  preview: "Previews",
  adapter: "Image adapters: the style image as a prompt (--style-path adapter, styleshot)",
  draft: "Drafts: over Stable Diffusion 1, for a first look (--speed draft)",
  safety: "Safety checkers: for bots in public servers",
  metric: "Metrics: what the pictures of a study are measured by (atelier study measure)",
};

/** The list for people, in groups; within 80 columns but for what others named. */
export function modelTable(rows: readonly ModelRow[], found: readonly Found[], paint: Paint): string {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const groups = Object.entries(HEADINGS).map(([purpose, heading]) => {
    const lines = rows
      .filter((row) => row.purpose === purpose)
      .map(({ name, title, bytes, state, licence, sources }) => {
        const size = formatBytes(bytes).padStart(7);
        const mark = state === "installed" ? paint("green", "✓") : state === "partial" ? paint("yellow", "…") : " ";
        const terms = [licence.name, ...branchesOf(sources).map((branch) => `follows ${branch}`)].join("; ");
        const remarks = [terms, ...stateWords(state, sources)].map((words) => `    ${paint("dim", words)}`);
        return [`${mark} ${paint("bold", name.padEnd(nameWidth))} ${size}`, `    ${title}`, ...remarks].join("\n");
      });
    return `${paint("underline", heading)}\n${lines.join("\n")}`;
  });
  if (found.length > 0)
    groups.push(`${paint("underline", "Found beside them")}\n${found.map(foundLines(paint)).join("\n")}`);
  return `${groups.join("\n\n")}\n\nInstall one with: atelier models install NAME`;
}

const foundLines =
  (paint: Paint) =>
  (one: Found): string => {
    const use = useWords(one);
    const words = use === null ? paint("dim", `found, not usable here: ${one.words}`) : `${one.words}; ${use}`;
    return `  ${paint("bold", one.name)}\n    ${words}`;
  };

/** What the next installation may bring another state of. */
const branchesOf = (sources: ModelRow["sources"]): string[] => [
  ...new Set(sources.map(({ revision }) => revision).filter((revision) => !isCommit(revision))),
];

function stateWords(state: ModelRow["state"], sources: ModelRow["sources"]): string[] {
  if (state === "available") return [];
  if (state === "partial") return ["not complete: install it again, and it goes on from there"];
  return [
    "installed",
    ...sources.flatMap(({ repo, commit }) => (commit === null ? [] : [`  ${originWords({ repo, commit })}`])),
  ];
}
