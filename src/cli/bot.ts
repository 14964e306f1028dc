/** `atelier bot`: the Discord bot itself. */
import type { Command } from "commander";

import { readConfig } from "../config.ts";

export function registerBot(program: Command): void {
  program
    .command("bot", { isDefault: false })
    .description("run the Discord bot")
    .action(async () => {
      const config = readConfig();
      if (config.SHARDS === undefined) process.exitCode = await (await import("../main.ts")).runBot(config);
      else process.exitCode = await (await import("../shards/manager.ts")).runShards(config);
    });
}
