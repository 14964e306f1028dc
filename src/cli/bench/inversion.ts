/** `atelier bench inversion`: what learning a style costs, how long it has to last, what each style path costs. */
import path from "node:path";

import { benchTarget, deviation, mean } from "../../bench/inversion-target.ts";
import { benchInversion, rowsPerImage } from "../../bench/inversion.ts";
import { runsOn } from "../../bench/runs-on.ts";
import type { DiffusionBenchOptions } from "./diffusion.ts";
import { heading, median, megabytes, ms, row } from "./print.ts";

/** What the steps to a loss are measured on. */
const PICTURE = path.resolve(import.meta.dirname, "../../../samples/style/linocut.jpg");
const DESCRIPTION = "A linocut with bold black outlines, flat colours and carved texture.";
const STEPS = 14;
const GUIDED_PART = 0.7;
const NEEDED_ONCE = {
  token: "learning: 1,000 steps at most",
  attention: `${STEPS + 1} rows of the UNet, seen on the way to noise and kept while there is room`,
  adain: "nothing",
  adapter: "one look of CLIP ViT-H/14 (2.5 GB); its tokens stay in memory",
  styleshot: "one look of its encoder (1.8 GB); its tokens stay in memory",
  "styleshot over contours": "the content's edges, a fifth of a row; then each row a third more",
} as const;

export async function inversion({ checkpoint, python, runs, device }: DiffusionBenchOptions): Promise<void> {
  const on = await runsOn(device);
  heading(`Textual inversion, one step, medians of ${runs} (CPU time over cores in brackets)`);
  await benchInversion({
    checkpoint,
    runs,
    on,
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
  for (const [name, rows] of Object.entries(rowsPerImage(STEPS, GUIDED_PART))) row(name, String(rows));
  heading("What a style costs beside, once");
  for (const [path, needs] of Object.entries(NEEDED_ONCE)) row(path, needs);
}

/** @param checkpoint small, as the reference's 6,100 steps are run */
export async function inversionTarget(checkpoint: string): Promise<void> {
  heading("Steps to the loss of the reference's form after its last step");
  const { faithful, vectors } = await benchTarget({
    checkpoint,
    picture: PICTURE,
    description: DESCRIPTION,
    onRun: (name) => console.error(`  ${name}…`),
  });
  const count = (steps: number): string => steps.toLocaleString("en");
  row(`faithful, ${count(faithful.steps)} steps`, `${faithful.firstLoss.toFixed(4)} → ${faithful.loss.toFixed(4)}`);
  for (const { start, firstLoss, toTarget, stop, lowest, jitter, gain, otherGains } of vectors) {
    row(`vector from ${start}, to that loss`, toTarget === null ? "never" : `${count(toTarget)} steps`);
    row("  ended by the early stop", `${count(stop.step)} steps, ${firstLoss.toFixed(4)} → ${stop.loss.toFixed(4)}`);
    const part = (100 * gain) / (firstLoss - lowest.loss);
    row(
      "  of what as many steps would gain",
      `${part.toFixed(1)} %, ${lowest.loss.toFixed(4)} at ${count(lowest.step)}`,
    );
    row("  two looks after that differ by", `${jitter.toFixed(4)} (one deviation)`);
    row("  gain on this fixed set", gain.toFixed(4));
    row(
      `  gain on ${otherGains.length} others`,
      `${mean(otherGains).toFixed(4)} ± ${deviation(otherGains).toFixed(4)}`,
    );
  }
}
