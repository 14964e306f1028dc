/** A describer without a language model: measures colours, tones and marks, and words what it finds. Deterministic. */
import { breathe } from "../../breathe.ts";
import { SessionPool } from "../../onnx/session-pool.ts";
import type { DescribeHooks, DescribeInput, StyleDescriber } from "../describer.ts";
import { measuresOf } from "./recent-measures.ts";
import { sentencesOf } from "./wording.ts";

/** What the setting `CAPTIONER` calls it; also the id that older descriptions of it carry. */
export const PALETTE = "palette";

/** Describes palette, tones, marks and light in three sentences; the instruction to the captioner is ignored. */
export class PaletteDescriber implements StyleDescriber {
  /** Counted up when pictures get other words: descriptions are kept by it, and an old one is not served for a new one. */
  readonly id = "palette-5";
  readonly label = "palette describer";
  readonly #sessions: SessionPool;

  /** @param sessions where the small network that looks at media is open */
  constructor(sessions = new SessionPool(Infinity)) {
    this.#sessions = sessions;
  }

  /** Streams by sentence. @throws CancelledError when the signal is aborted */
  async describe({ image }: DescribeInput, { signal, onText }: DescribeHooks = {}): Promise<string> {
    await breathe(signal);
    const measures = await measuresOf(image, this.#sessions);
    let text = "";
    for (const sentence of sentencesOf(measures)) {
      await breathe(signal);
      text = text ? `${text} ${sentence}` : sentence;
      onText?.(text);
    }
    return text;
  }
}
