/** Writes previews beside the work: the newest one wins, whatever comes while one is being written waits or is dropped. */
import path from "node:path";

import { encodeJpeg } from "../images/encode.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { saveFile } from "./save-file.ts";

const QUALITY = 82;

interface Preview {
  readonly image: RgbImage;
  readonly step: number;
  readonly steps: number;
}

export interface PreviewHooks {
  readonly onWritten: (path: string, step: number, steps: number) => void;
  /** The first one could not be written. Others are tried all the same, and no more is said. */
  readonly onFault: (error: unknown) => void;
}

/** Never fails: what cannot be shown on the way is no loss to the work. */
export class PreviewWriter {
  readonly #folder: string;
  readonly #hooks: PreviewHooks;
  #next: Preview | null = null;
  #writing: Promise<void> | null = null;
  #tried = 0;
  #failed = false;

  /** @param folder made with the first preview */
  constructor(folder: string, hooks: PreviewHooks) {
    this.#folder = folder;
    this.#hooks = hooks;
  }

  /** The picture is not to be changed afterwards. */
  offer(image: RgbImage, step: number, steps: number): void {
    this.#next = { image, step, steps };
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when nothing is left to be written. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#next) {
      const preview = this.#next;
      this.#next = null;
      try {
        await this.#write(preview);
      } catch (error) {
        if (!this.#failed) this.#hooks.onFault(error);
        this.#failed = true;
      }
    }
    this.#writing = null;
  }

  async #write({ image, step, steps }: Preview): Promise<void> {
    // By its step too: a run that is gone on with must not write over what its first part has shown.
    const name = `preview-${String(step).padStart(4, "0")}-${++this.#tried}.jpg`;
    const file = path.join(this.#folder, name);
    await saveFile(file, await encodeJpeg(image, QUALITY), "a preview");
    this.#hooks.onWritten(file, step, steps);
  }
}
