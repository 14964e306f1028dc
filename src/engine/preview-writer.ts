/** Writes previews beside the work: the newest one wins, whatever comes while one is being written waits or is dropped. */
import path from "node:path";

import { messageOf } from "../errors.ts";
import { encodeJpeg, encodeWebp } from "../images/encode.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { AlphaPlane } from "../images/transparency.ts";
import type { SafetyChecker } from "../safety/checker.ts";
import type { FromChild } from "./messages.ts";
import { saveFile } from "./save-file.ts";

const QUALITY = 82;

interface Preview {
  readonly image: RgbImage;
  readonly step: number;
  readonly steps: number;
}

interface PreviewOptions {
  /** Looks at each; by default nobody does. */
  readonly checker?: SafetyChecker | undefined;
  /** The shape of what is painted. */
  readonly alpha?: AlphaPlane | null;
}

/** Never fails: what cannot be shown on the way is no loss to the work. */
export class PreviewWriter {
  readonly #folder: string;
  readonly #task: number;
  readonly #post: (message: FromChild) => void;
  readonly #checker: SafetyChecker | undefined;
  readonly #alpha: AlphaPlane | null;
  #next: Preview | null = null;
  #writing: Promise<void> | null = null;
  #tried = 0;
  #failed = false;

  /**
   * @param folder made with the first preview
   * @param task whose previews they are
   * @param post tells of each one that was written
   */
  constructor(
    folder: string,
    task: number,
    post: (message: FromChild) => void,
    { checker, alpha = null }: PreviewOptions = {},
  ) {
    this.#folder = folder;
    this.#task = task;
    this.#post = post;
    this.#checker = checker;
    this.#alpha = alpha;
  }

  /**
   * Takes a preview, as a hook of whoever paints.
   *
   * @param image not to be changed afterwards
   * @param steps `step` where there is no saying how many there will be
   */
  readonly offer = (image: RgbImage, step: number, steps = step): void => {
    this.#next = { image, step, steps };
    this.#writing ??= this.#writeAll();
  };

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
        // Others are tried all the same, and no more is said.
        if (!this.#failed)
          this.#post({ type: "log", level: "warn", text: `done without a preview: ${messageOf(error)}` });
        this.#failed = true;
      }
    }
    this.#writing = null;
  }

  async #write({ image, step, steps }: Preview): Promise<void> {
    // By its step too: a run that is gone on with must not write over what its first part has shown.
    const name = `preview-${String(step).padStart(4, "0")}-${++this.#tried}.${this.#alpha ? "webp" : "jpg"}`;
    const file = path.join(this.#folder, name);
    const unsafe = (await this.#checker?.isUnsafe(image)) ?? false;
    const encoded = this.#alpha ? encodeWebp(image, QUALITY, this.#alpha) : encodeJpeg(image, QUALITY);
    await saveFile(file, await encoded, "preview");
    this.#post({ type: "preview", task: this.#task, path: file, step, steps, unsafe });
  }
}
