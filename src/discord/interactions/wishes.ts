/** What `/stylize` and its buttons can wish for of Stable Diffusion, looked at before there is any work: LoRA, and the speed. */
import type { AutocompleteInteraction } from "discord.js";

import type { JobRequest } from "../../jobs/job.ts";
import { installedAccelerator, installedLoras, loraFile } from "../../lora-folder.ts";
import { expectLoras, expectSpeedFits, loraNeedsDiffusion } from "../../painting-wishes.ts";
import type { Bot } from "./bot.ts";
import { completeList } from "./complete-list.ts";

type Wishes = Pick<JobRequest, "speed" | "loras" | "steps" | "guidance" | "stylePath">;

/**
 * The embedded engine has one speed, so that any is well there.
 *
 * @throws UserError when a LoRA is not there or no use, or a draft cannot be made
 */
export async function expectWishes({ config, tasks }: Pick<Bot, "config" | "tasks">, wishes: Wishes): Promise<void> {
  expectLoras(wishes.loras);
  if (tasks.info?.stylizer === "embedded") {
    if (wishes.loras.length > 0) throw loraNeedsDiffusion();
    return;
  }
  expectSpeedFits(wishes);
  for (const { name } of wishes.loras) await loraFile(config.MODELS_DIR, name);
  if (wishes.speed === "draft") await installedAccelerator(config.MODELS_DIR);
}

/** Completes the last of the LoRA that are typed. */
export async function loraChoices(
  interaction: AutocompleteInteraction,
  { config, tasks }: Pick<Bot, "config" | "tasks">,
): Promise<{ name: string; value: string }[]> {
  if (tasks.info?.stylizer === "embedded") return [];
  return completeList(interaction.options.getFocused(), await installedLoras(config.MODELS_DIR));
}
