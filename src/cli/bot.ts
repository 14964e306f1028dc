/** `atelier bot`: the Discord bot itself. */
import type { Command } from "commander";

import { readConfig } from "../config.ts";

export function registerBot(program: Command): void {
  program
    .command("bot", { isDefault: false })
    .description("run the Discord bot")
    .action(async () => {
      const { runBot } = await import("../main.ts");
      process.exitCode = await runBot(readConfig());
    });
}
