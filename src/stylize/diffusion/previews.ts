/** The previews of one run: by the small decoder as often as the time allows, through a linear map in between. */
import type { RgbImage } from "../../images/rgb-image.ts";
import type { Floats } from "../../onnx/index.ts";
import { floatsToPicture, latentsToPreview } from "./latents.ts";
import type { DecodePreview } from "./tiny-decoder.ts";

/** The part of the time so far that the small decoder may have taken. */
const LARGEST_PART = 0.03;

/** Its cost before it was ever run, as a part of a guided step: 0.56 s of 5.5 s at 512 pixels on a processor. */
const FIRST_GUESS = 0.1;

export class Previews {
  readonly #decode: DecodePreview | null;
  readonly #now: () => number;
  readonly #began: number;
  #spent = 0;
  #lastCost: number | null = null;
  #failed = false;

  /** The clock of the run starts now. @param decode `null`: there is none, the linear map shows every step */
  constructor(decode: DecodePreview | null, now: () => number = () => performance.now()) {
    this.#decode = decode;
    this.#now = now;
    this.#began = now();
  }

  /** A picture of the clean latents [1, C, h, w] as predicted after `step` steps. Never fails: it is only a preview. */
  async show(latents: Floats, step: number): Promise<RgbImage> {
    const sharp = this.#isAffordable(step) ? await this.#sharp(latents) : null;
    return sharp ?? latentsToPreview(latents);
  }

  #isAffordable(step: number): boolean {
    if (!this.#decode || this.#failed) return false;
    const elapsed = this.#now() - this.#began;
    const cost = this.#lastCost ?? (FIRST_GUESS * elapsed) / step;
    return this.#spent + cost <= LARGEST_PART * elapsed;
  }

  async #sharp(latents: Floats): Promise<RgbImage | null> {
    const began = this.#now();
    try {
      return floatsToPicture(await this.#decode!(latents));
    } catch {
      this.#failed = true;
      return null;
    } finally {
      this.#lastCost = this.#now() - began;
      this.#spent += this.#lastCost;
    }
  }
}
