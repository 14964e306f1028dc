/** Stable Diffusion with the LoRA that a picture asks for, and with the weights that make drafts. */
import { stat } from "node:fs/promises";

import { type Accelerator, installedAccelerator, loraFile } from "../../../lora-folder.ts";
import { expectLoras, expectSpeedFits } from "../../../painting-wishes.ts";
import type { StylizeSettings } from "../../../painting.ts";
import type {
  Learned,
  LearnHooks,
  LearnInput,
  StylizeHooks,
  StylizeInput,
  Stylizer,
  StylizeResult,
} from "../../stylizer.ts";
import type { DiffusionStylizer } from "../diffusion.ts";
import type { WeightedLora } from "./adapted-checkpoint.ts";

/** What a picture wants over the checkpoint. */
interface Over {
  readonly loras: readonly WeightedLora[];
  readonly accelerator: Accelerator | null;
}

export class StylizerWithLoras implements Stylizer {
  readonly id = "diffusion";
  readonly #plain: DiffusionStylizer;
  readonly #modelsDir: string;
  /** The last that was asked for: reruns find what it has encoded, and others their memory. */
  #last: { readonly key: string; readonly stylizer: Promise<DiffusionStylizer> } | null = null;

  constructor(plain: DiffusionStylizer, modelsDir: string) {
    this.#plain = plain;
    this.#modelsDir = modelsDir;
  }

  async stylize(input: StylizeInput, hooks: StylizeHooks = {}): Promise<StylizeResult> {
    expectSpeedFits(input.settings);
    const over = await this.#wanted(input.settings);
    const stylizer = over.loras.length === 0 ? this.#plain : await this.#over(over);
    return stylizer.stylize(input, hooks);
  }

  warmUp(size: number, signal?: AbortSignal): Promise<void> {
    return this.#plain.warmUp(size, signal);
  }

  /** Styles are learned on the checkpoint as it is. */
  learn(input: LearnInput, hooks: LearnHooks = {}): Promise<Learned> {
    return this.#plain.learn(input, hooks);
  }

  forget(): void {
    this.#plain.forget();
    this.#last?.stylizer.then(
      (stylizer) => stylizer.forget(),
      () => undefined,
    );
  }

  /** @throws UserError `lora-unknown`, `lora-count`, `draft-not-installed` */
  async #wanted({ loras, speed }: StylizeSettings): Promise<Over> {
    expectLoras(loras);
    const wanted: WeightedLora[] = [];
    for (const { name, weight } of loras)
      wanted.push(await versioned({ name, weight, file: await loraFile(this.#modelsDir, name) }));
    if (speed !== "draft") return { loras: wanted, accelerator: null };
    const accelerator = await installedAccelerator(this.#modelsDir);
    wanted.push(await versioned({ ...accelerator, weight: 1 }));
    return { loras: wanted, accelerator: accelerator.name };
  }

  #over({ loras, accelerator }: Over): Promise<DiffusionStylizer> {
    const key = JSON.stringify(loras);
    if (this.#last?.key === key) return this.#last.stylizer;
    const stylizer = this.#plain.over(loras, accelerator);
    this.#last = { key, stylizer };
    stylizer.catch(() => {
      if (this.#last?.key === key) this.#last = null;
    });
    return stylizer;
  }
}

async function versioned(lora: Omit<WeightedLora, "version">): Promise<WeightedLora> {
  const { size, mtimeMs } = await stat(lora.file);
  return { ...lora, version: `${size} ${mtimeMs}` };
}
