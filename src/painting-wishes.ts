/** Wishes of a person about a diffusion picture that need a look before any work is done: LoRA by name, and the speed. */
import { UserError } from "./errors.ts";
import { LORA_WEIGHTS, type LoraChoice, MOST_LORAS, type StylizeSettings, waysOf } from "./painting.ts";

/**
 * One LoRA as people write it: `inkwash` or `inkwash:0.8`.
 *
 * @throws UserError `lora-weight`
 */
export function parseLora(text: string): LoraChoice {
  const { name, weight } = /^(?<name>.*?)(?:\s*:\s*(?<weight>[^:]*))?$/s.exec(text.trim())!.groups as {
    readonly name: string;
    readonly weight?: string;
  };
  if (weight === undefined) return { name, weight: 1 };
  const [least, most] = LORA_WEIGHTS;
  const number = Number(weight);
  if (weight.trim() === "" || !(number >= least && number <= most))
    throw new UserError("lora-weight", { sentence: "error.lora-weight", values: { least, most } });
  return { name, weight: number };
}

/** Several, with commas between them. @throws UserError as `expectLoras` and `parseLora` do */
export function parseLoras(text: string | null): readonly LoraChoice[] {
  const loras = (text ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(parseLora);
  expectLoras(loras);
  return loras;
}

/** @throws UserError `lora-count` when there are too many, or one is there twice */
export function expectLoras(loras: readonly LoraChoice[]): void {
  if (loras.length > MOST_LORAS)
    throw new UserError("lora-count", { sentence: "error.lora-count.many", values: { most: MOST_LORAS } });
  if (new Set(loras.map(({ name }) => name)).size < loras.length)
    throw new UserError("lora-count", { sentence: "error.lora-count.twice" });
}

/** A LoRA as `parseLora` reads it. */
export const showLora = ({ name, weight }: LoraChoice): string => `${name}:${weight}`;

/**
 * A draft's steps and guidance are those that its weights were made for.
 *
 * @throws UserError `speed-conflict`
 */
export function expectSpeedFits(
  wanted: Pick<StylizeSettings, "speed" | "steps" | "guidance" | "stylePath"> & { readonly faithful?: boolean },
): void {
  if (wanted.speed === "normal") return;
  if (wanted.speed === "fine") {
    if (wanted.steps === null && !wanted.faithful) return;
    throw new UserError("speed-conflict", { sentence: "error.speed-conflict.fine" });
  }
  if (wanted.steps !== null || wanted.guidance !== null || wanted.faithful)
    throw new UserError("speed-conflict", { sentence: "error.speed-conflict.draft" });
  if (waysOf(wanted.stylePath).attention)
    throw new UserError("speed-conflict", { sentence: "error.speed-conflict.attention" });
}

/** The embedded engine paints here. */
export const loraNeedsDiffusion = (): UserError =>
  new UserError("lora-needs-diffusion", { sentence: "error.lora-needs-diffusion" });
