/** Buttons of a result: the same pair another way, or with another seed, a draft finished, or the picture in HD. */
import type { CacheType } from "discord.js";

import { customId, parseCustomId } from "../src/discord/messages/custom-id.ts";
import type { Bot } from "../src/discord/interactions/bot.ts";
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { submitAgain } from "../src/discord/interactions/submit.ts";
import { hdWords as words, jobGone } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { hdSize } from "../src/hd.ts";
import { isDraft, type Job, type JobRequest } from "../src/jobs/job.ts";
import { type Variant, VARIANTS } from "../src/variant.ts";
import { findJob, findPainting, largestSide, paintingOf } from "./job-button.ts";
import { randomSeed } from "./painting-options.ts";

const CHANGES = [...VARIANTS, "new-seed", "again", "finish", "hd"] as const;
type Change = (typeof CHANGES)[number];

interface RerunInput {
  readonly jobId: string;
  readonly change: Change;
}

export const rerun: ButtonHandler<RerunInput, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse({ customId: id }) {
    const [jobId = "", change] = parseCustomId(id).parts;
    const known = CHANGES.find((name) => name === change);
    if (known === undefined) throw new UserError("unknown-button", jobGone());
    return { jobId, change: known };
  },

  async run({ interaction, bot, reply }, { jobId, change }) {
    const { user, guildId } = interaction;
    await bot.pressOnce.run(user.id, customId("rerun", jobId, change), async () => {
      return submitAgain(bot, reply, { ...(await wanted(bot, jobId, change)), userId: user.id, guildId });
    });
  },
};

type Wanted = Omit<JobRequest, "replyTo">;

async function wanted(bot: Bot, jobId: string, change: Change): Promise<Wanted> {
  if (change === "hd" || change === "again") {
    const job = await findJob(bot, jobId);
    const parentId = paintingOf(job);
    if (change === "hd") return { ...larger(job, largestSide(bot)), parentId };
    const { replyTo: _, ...request } = job.request;
    return { ...request, parentId };
  }
  const painting = await findPainting(bot, jobId);
  return { ...changed(painting, change), parentId: painting.id };
}

/** The parent's request with one thing changed. The same variant again takes a new seed, or it would be the same picture. */
function changed(parent: Job, change: Exclude<Change, "hd" | "again">): Wanted {
  const { replyTo: _, ...request } = parent.request;
  const painted: JobRequest["variant"] = parent.variant ?? request.variant;
  if (change === "finish") return { ...request, variant: painted, speed: "normal" };
  if (change === "new-seed" || change === painted) return { ...request, variant: painted, seed: randomSeed() };
  return { ...request, variant: change satisfies Variant };
}

/**
 * The parent's picture once more, larger and finer, by the style path that it was painted by.
 *
 * @throws UserError `unfinished`, `draft`, or `hd-largest`
 */
function larger(parent: Job, largest: number): Wanted {
  const { result } = parent;
  if (!result) throw new UserError("unfinished", words.unfinished);
  if (isDraft(parent)) throw new UserError("draft", words.draft);
  const size = hdSize(result.picture, largest);
  if (!size) throw new UserError("hd-largest", words.largest(result.picture));
  const { replyTo: _, ...request } = parent.request;
  return {
    ...request,
    content: { ...result.picture, name: request.content.name },
    variant: result.variant,
    stylePath: result.stylePath ?? request.stylePath,
    size: Math.max(size.width, size.height),
    hd: true,
  };
}
