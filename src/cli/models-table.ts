/** The list of `atelier models list`. */
import { readdir } from "node:fs/promises";

import { CATALOGUE, type CatalogueEntry } from "../checkpoints/catalogue.ts";
import { formatBytes } from "../checkpoints/disk.ts";
import type { CheckpointStore } from "../checkpoints/store.ts";
import type { Paint } from "./paint.ts";

export interface ModelRow {
  readonly name: string;
  readonly title: string;
  readonly purpose: CatalogueEntry["purpose"];
  readonly licence: CatalogueEntry["licence"];
  readonly repositories: readonly string[];
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
        repositories: sources.map(({ repo }) => repo),
        bytes: size ?? megabytes * 1e6,
        state: manifest ? "installed" : present.has(name) ? "partial" : "available",
        folder: present.has(name) ? store.folderOf(name) : null,
      };
    }),
  );
}

const HEADINGS = {
  stylizer: "Painters",
  captioner: "Captioners: they put the style picture into words",
  preview: "Previews",
} as const;

const STATE = { installed: "installed", partial: "not complete", available: "" } as const;

/** The list for people, in groups. */
export function modelTable(rows: readonly ModelRow[], paint: Paint): string {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const groups = Object.entries(HEADINGS).map(([purpose, heading]) => {
    const lines = rows
      .filter((row) => row.purpose === purpose)
      .map(({ name, title, bytes, state, licence }) => {
        const size = formatBytes(bytes).padStart(7);
        const mark = state === "installed" ? paint("green", "✓") : state === "partial" ? paint("yellow", "…") : " ";
        const remark = [licence.name, STATE[state]].filter(Boolean).join(", ");
        return `${mark} ${paint("bold", name.padEnd(nameWidth))} ${size}  ${title}\n  ${" ".repeat(nameWidth + 10)}${paint("dim", remark)}`;
      });
    return `${paint("underline", heading)}\n${lines.join("\n")}`;
  });
  return `${groups.join("\n\n")}\n\nInstall one with: atelier models install NAME`;
}
