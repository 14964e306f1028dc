/** Whether the LoRA files beside the checkpoints, and what makes drafts, fit the checkpoint that paints. */
import { messageOf } from "../../errors.ts";
import { installedAccelerator, installedLoras, loraFile } from "../../lora-folder.ts";
import type { DiffusionCheckpoint } from "../../stylize/diffusion/diffusion-checkpoint.ts";
import { loraLayers } from "../../stylize/diffusion/lora/lora-layers.ts";
import { readLora } from "../../stylize/diffusion/lora/read-lora.ts";
import { fault, ok, type Finding } from "./finding.ts";

/** One finding for each file; drafts that are not installed are none. */
export async function examineLoras(modelsDir: string, checkpoint: DiffusionCheckpoint): Promise<Finding[]> {
  const files: { readonly name: string; readonly file: string }[] = [];
  for (const name of await installedLoras(modelsDir)) files.push({ name, file: await loraFile(modelsDir, name) });
  const accelerator = await installedAccelerator(modelsDir).catch(() => null);
  if (accelerator) files.push(accelerator);
  if (files.length === 0) return [];
  const layers = loraLayers(checkpoint);
  const findings: Finding[] = [];
  for (const { name, file } of files) {
    const use = name === accelerator?.name ? ", makes drafts" : "";
    findings.push(
      await readLora(file, name, layers).then(
        ({ unet, text }) => ok(`LoRA ${name}${use}: changes ${unet.size + text.size} layers`),
        (error: unknown) => fault(messageOf(error), "Take its file away, or put one for Stable Diffusion 1 there"),
      ),
    );
  }
  return findings;
}
