/** `atelier bench inversion`: what learning a style costs, and what each style path costs per picture. */
import { benchInversion, rowsPerImage } from "../../bench/inversion.ts";
import type { DiffusionBenchOptions } from "./diffusion.ts";
import { heading, median, megabytes, ms, row } from "./print.ts";

const STEPS = 14;
const GUIDED_PART = 0.7;

export async function inversion({ checkpoint, python, runs }: DiffusionBenchOptions): Promise<void> {
  heading(`Textual inversion, one step, medians of ${runs} (CPU time over cores in brackets)`);
  await benchInversion({
    checkpoint,
    runs,
    ...(python !== undefined && { python }),
    onRow: ({ latents, ours: { timing, peak }, torch, ratio }) => {
      row(`${8 * latents} px`, `${ms(median(timing.wallMs))} (${ms(median(timing.cpuMs))})`);
      if (peak) row("  anonymous memory", megabytes(peak.anonymous));
      if (torch && ratio !== null) {
        row(`  PyTorch ${torch.torch}`, `${ms(median(torch.wallMs))} (${ms(median(torch.cpuMs))})`);
        row("  ours to PyTorch's", ratio.toFixed(2), { text: "0.6 at most", held: ratio <= 0.6 });
      }
    },
  });
  heading(`Rows of the UNet per picture, ${STEPS} steps`);
  for (const [path, rows] of Object.entries(rowsPerImage(STEPS, GUIDED_PART))) row(path, String(rows));
}
