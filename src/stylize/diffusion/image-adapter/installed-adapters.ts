/** The image adapters over a checkpoint, each opened when a picture first asks for it. */
import type { AdapterPlace } from "../../../image-adapter-folder.ts";
import type { ImageAdapterPath } from "../../../painting.ts";
import type { DiffusionNetworks } from "../diffusion-networks.ts";
import { withRoundedControl } from "../int8-unet.ts";
import { readImageAdapter } from "./adapter-files.ts";
import { ImageAdapter } from "./image-adapter.ts";
import { readStyleShot } from "./styleshot-files.ts";

/** Finds the adapter for the style path of its name. @throws UserError where there is none */
export type FindAdapter = (wanted: ImageAdapterPath) => Promise<AdapterPlace>;

interface OpenAdapter {
  /** What it was opened from. */
  readonly files: string;
  readonly adapter: Promise<ImageAdapter>;
}

export class InstalledAdapters {
  readonly #networks: DiffusionNetworks;
  readonly #find: FindAdapter;
  readonly #open = new Map<ImageAdapterPath, OpenAdapter>();

  constructor(networks: DiffusionNetworks, find: FindAdapter) {
    this.#networks = networks;
    this.#find = find;
  }

  /** Opened again when something was installed since. @throws UserError where none is installed; EngineError */
  async of(wanted: ImageAdapterPath): Promise<ImageAdapter> {
    const place = await this.#find(wanted);
    const files = Object.values(place).join();
    const known = this.#open.get(wanted);
    if (known?.files === files) return known.adapter;
    const adapter = this.#openAt(place, wanted);
    this.#open.set(wanted, { files, adapter });
    // It may have been mended by the time of the next picture.
    adapter.catch(() => this.#open.delete(wanted));
    return adapter;
  }

  /** Drops what they saw of pictures. */
  forget(): void {
    for (const { adapter } of this.#open.values())
      adapter.then(
        (opened) => opened.forget(),
        () => undefined,
      );
  }

  async #openAt(place: AdapterPlace, wanted: ImageAdapterPath): Promise<ImageAdapter> {
    const { checkpoint, products } = this.#networks;
    const files = await (wanted === "styleshot" ? readStyleShot : readImageAdapter)(place);
    return new ImageAdapter(this.#networks, products === "int8" ? await withRoundedControl(files, checkpoint) : files);
  }
}
