/** `atelier describe STYLE`: says in words how a picture is made. */
import type { Command } from "commander";

import { readConfig } from "../config.ts";
import type { EngineNews } from "../jobs/engine.ts";
import { expectFile } from "./input-file.ts";
import { progressLine } from "./progress.ts";
import { lookFirst } from "./usage.ts";
import { withWorkbench } from "./workbench.ts";

export function registerDescribe(program: Command): void {
  const command = program
    .command("describe")
    .description("describe the style of a picture in words")
    .argument("<style>", "the picture")
    .option("--faithful", "preprocess as the reference code does", false)
    .option("--json", "print one JSON object and nothing else", false)
    .action(async (style: string, options: { faithful: boolean; json: boolean }) => {
      const bar = progressLine();
      const reply = await withWorkbench(readConfig(), async ({ engine, signal, picture }) => {
        const image = await picture(style, "style");
        const started = performance.now();
        let words = 0;
        const onNews = (news: EngineNews): void => {
          if (news.type === "text") bar.show(++words, Math.max(words, 60), `${news.text.length} characters`);
        };
        const { text, describer } = await engine
          .describe({ image, faithful: options.faithful }, { signal, onNews })
          .finally(() => bar.stop());
        return { description: text, describer, seconds: (performance.now() - started) / 1000 };
      });
      console.log(options.json ? JSON.stringify(reply) : reply.description);
    });
  lookFirst(command, (_options, given: [string] | null) => [
    async () => given && expectFile(given[0]),
    () => readConfig(),
  ]);
}
