/** What `/stylize` and its buttons can wish for of Stable Diffusion, looked at before there is any work: LoRA, and the speed. */
import type { AutocompleteInteraction } from "discord.js";

import { UserError } from "../../errors.ts";
import type { JobRequest } from "../../jobs/job.ts";
import { installedAccelerator, installedLoras, loraFile } from "../../lora-folder.ts";
import { expectLoras, expectSpeedFits, LORA_NEEDS_DIFFUSION } from "../../painting-wishes.ts";
import type { Bot } from "./bot.ts";

type Wishes = Pick<JobRequest, "speed" | "loras" | "steps" | "guidance" | "stylePath">;

/** Most choices that Discord takes, and the most letters of one. */
const [CHOICES, LETTERS] = [25, 100];

/**
 * The embedded engine has one speed, so that any is well there.
 *
 * @throws UserError when a LoRA is not there or no use, or a draft cannot be made
 */
export async function expectWishes({ config, tasks }: Pick<Bot, "config" | "tasks">, wishes: Wishes): Promise<void> {
  expectLoras(wishes.loras);
  if (tasks.info?.stylizer === "embedded") {
    if (wishes.loras.length > 0) throw new UserError("lora-needs-diffusion", LORA_NEEDS_DIFFUSION);
    return;
  }
  expectSpeedFits(wishes);
  for (const { name } of wishes.loras) await loraFile(config.MODELS_DIR, name);
  if (wishes.speed === "draft") await installedAccelerator(config.MODELS_DIR);
}

/** Completes the last of the names that are typed: those that begin with it, then those that hold it. */
export async function loraChoices(
  interaction: AutocompleteInteraction<"cached">,
  { config, tasks }: Pick<Bot, "config" | "tasks">,
): Promise<{ name: string; value: string }[]> {
  if (tasks.info?.stylizer === "embedded") return [];
  const { before, name, weight } = /^(?<before>(?:.*,)?\s*)(?<name>[^,:]*)(?<weight>:[^,]*)?$/s.exec(
    interaction.options.getFocused(),
  )!.groups as { readonly before: string; readonly name: string; readonly weight?: string };
  const typed = name.trim().toLowerCase();
  const rank = (lora: string): number => lora.toLowerCase().indexOf(typed);
  return (await installedLoras(config.MODELS_DIR))
    .filter((lora) => rank(lora) >= 0)
    .toSorted((a, b) => Number(rank(a) > 0) - Number(rank(b) > 0))
    .map((lora) => before + lora + (weight ?? ""))
    .filter((choice) => choice.length <= LETTERS)
    .slice(0, CHOICES)
    .map((choice) => ({ name: choice, value: choice }));
}
