/** A describer without weights: measures colours, tones and marks, and words what it finds. Deterministic. */
import { breathe } from "../../breathe.ts";
import { rgbToOklabSized } from "../../images/oklab.ts";
import { fitLongSide } from "../../images/plane.ts";
import type { DescribeHooks, DescribeInput, StyleDescriber } from "../describer.ts";
import { MEASURE_SIZE, measureStyle } from "./measurements.ts";
import { sentencesOf } from "./wording.ts";

/** Describes palette, tones, marks and light in three sentences; the instruction to the captioner is ignored. */
export class PaletteDescriber implements StyleDescriber {
  readonly id = "palette";
  readonly label = "palette describer";

  /** Streams by sentence. @throws CancelledError when the signal is aborted */
  async describe({ image }: DescribeInput, { signal, onText }: DescribeHooks = {}): Promise<string> {
    await breathe(signal);
    const small = rgbToOklabSized(image, fitLongSide(image, MEASURE_SIZE));
    await breathe(signal);
    const measures = measureStyle(small);
    let text = "";
    for (const sentence of sentencesOf(measures)) {
      await breathe(signal);
      text = text ? `${text} ${sentence}` : sentence;
      onText?.(text);
    }
    return text;
  }
}
