/** `atelier setup-cuda`, which `npm run setup:cuda` runs: what NVIDIA cards on Linux need. */
import type { Command } from "commander";

import { PYPI, setUpCuda } from "../cuda/set-up.ts";
import { UserError } from "../errors.ts";
import { withInterrupt } from "./interrupt.ts";
import { progressLine } from "./progress.ts";

export function registerSetUpCuda(program: Command): void {
  program
    .command("setup-cuda")
    .description("fetch CUDA for NVIDIA cards (64-bit Linux; 1.3 GB); a broken download goes on where it stopped")
    .action(async () => {
      if (process.platform !== "linux" || process.arch !== "x64") {
        const words = "CUDA is for 64-bit Linux on x86; here Atelier takes what DEVICE=auto finds.";
        throw new UserError("not-for-this-platform", words);
      }
      const bar = progressLine();
      const say = (text: string): void => {
        bar.stop();
        process.stderr.write(`${text}\n`);
      };
      // The address that pip takes, too: a mirror, or an index of one's own.
      const index = (process.env["PIP_INDEX_URL"] || PYPI).replace(/\/+$/, "");
      try {
        const onProgress = (done: number, total: number, file: string): void => bar.show(done, total, file);
        await withInterrupt((signal) => setUpCuda({ index, signal, say, onProgress }));
      } finally {
        bar.stop();
      }
      console.log("CUDA is there. See whether your card computes with it: npx atelier doctor");
    });
}
