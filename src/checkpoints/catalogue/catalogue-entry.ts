/** What an entry of the catalogue says of a checkpoint, and the words that several entries share. */
/**
 * How the files of an installed checkpoint are laid out, and thus what can read them. `llava`: downloaded as its authors
 * released it, into the folder `original`, and converted once.
 */
type CheckpointLayout =
  | "diffusers"
  | "transformers.js"
  | "llava"
  | "lora"
  | "image-adapter"
  | "safety-checker"
  | "metric";

export interface CatalogueFile {
  /** Path in the repository. */
  readonly path: string;
  /** Path in the installed folder, where it differs. */
  readonly as?: string;
  /** Sha256 of the content (hex); where it is not given, the hub's own is believed. */
  readonly sha256?: string;
  /** Some revisions have it and others do not. */
  readonly optional?: boolean;
}

export interface CatalogueSource {
  /** `organisation/name` on the hub. */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly files: readonly CatalogueFile[];
}

export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  readonly purpose: "stylizer" | "captioner" | "preview" | "draft" | "adapter" | "safety" | "metric";
  readonly layout: CheckpointLayout;
  readonly sources: readonly CatalogueSource[];
  /** Size of the download, about; the hub says the exact number. */
  readonly megabytes: number;
  /** What its conversion takes on the disk beside the download, about. */
  readonly convertedMegabytes?: number;
  readonly licence: { readonly name: string; readonly url: string };
  /** transformers.js: which variant of each graph the files are. */
  readonly dtypes?: Readonly<Record<string, string>>;
}

/** Files that keep their paths. */
export const files = (...paths: readonly string[]): CatalogueFile[] => paths.map((path) => ({ path }));

export const APACHE_2 = { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" } as const;
