/** Writes previews beside the work: the newest one wins, whatever comes while one is being written waits or is dropped. */
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { encodeJpeg } from "../images/encode.ts";
import type { RgbImage } from "../images/rgb-image.ts";

const QUALITY = 82;

interface Preview {
  readonly image: RgbImage;
  readonly step: number;
  readonly steps: number;
}

export class PreviewWriter {
  readonly #folder: string;
  readonly #onWritten: (path: string, step: number, steps: number) => void;
  #next: Preview | null = null;
  #writing: Promise<void> | null = null;
  #written = 0;

  /** @param folder exists */
  constructor(folder: string, onWritten: (path: string, step: number, steps: number) => void) {
    this.#folder = folder;
    this.#onWritten = onWritten;
  }

  /** The picture is not to be changed afterwards. */
  offer(image: RgbImage, step: number, steps: number): void {
    this.#next = { image, step, steps };
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when nothing is left to be written. @throws what the first failed write threw */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#next) {
      const { image, step, steps } = this.#next;
      this.#next = null;
      const file = path.join(this.#folder, `preview-${String(++this.#written).padStart(4, "0")}.jpg`);
      await writeFile(file, await encodeJpeg(image, QUALITY));
      this.#onWritten(file, step, steps);
    }
    this.#writing = null;
  }
}
