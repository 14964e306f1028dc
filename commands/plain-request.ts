/** What is asked for by forms that name a pair and little else: the usual settings, a seed nobody chose. */
import type { Bot } from "../src/discord/interactions/bot.ts";
import type { JobRequest } from "../src/jobs/job.ts";
import { DEFAULT_SETTINGS } from "../src/painting.ts";
import { randomSeed } from "./painting-options.ts";

type PlainRequest = Omit<JobRequest, "replyTo" | "content" | "style">;

export function plainRequest(
  { config }: Pick<Bot, "config">,
  given: Pick<JobRequest, "userId" | "guildId" | "variant" | "description" | "extraPrompt">,
): PlainRequest {
  const { strength, steps, guidance, stylePath, keepColors, speed, loras } = DEFAULT_SETTINGS;
  const settings = { strength, steps, guidance, stylePath, keepColors, speed, loras };
  return { ...settings, ...given, seed: randomSeed(), size: config.RESULT_SIZE, parentId: null };
}
