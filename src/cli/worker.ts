/** `atelier worker`: paints for a bot on another machine. */
import type { Command } from "commander";

import { readConfig } from "../config.ts";

export function registerWorker(program: Command): void {
  program
    .command("worker")
    .description("paint for a bot that runs elsewhere (QUEUE_URL)")
    .action(async () => {
      const { runWorker } = await import("../worker.ts");
      process.exitCode = await runWorker(readConfig());
    });
}
