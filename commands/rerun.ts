/** Buttons of a result: the same pair another way, or with another seed, or a draft finished. */
import { customId, parseCustomId } from "../src/discord/messages/custom-id.ts";
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { submitAgain } from "../src/discord/interactions/submit.ts";
import { jobGone } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import type { Job, JobRequest } from "../src/jobs/job.ts";
import { type Variant, VARIANTS } from "../src/variant.ts";
import { findJob } from "./job-button.ts";
import { randomSeed } from "./painting-options.ts";

const CHANGES = [...VARIANTS, "new-seed", "again", "finish"] as const;
type Change = (typeof CHANGES)[number];

interface RerunInput {
  readonly jobId: string;
  readonly change: Change;
}

export const rerun: ButtonHandler<RerunInput> = {
  kind: "button",
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse({ customId: id }) {
    const [jobId = "", change] = parseCustomId(id).parts;
    const known = CHANGES.find((name) => name === change);
    if (known === undefined) throw new UserError("unknown-button", jobGone);
    return { jobId, change: known };
  },

  async run({ interaction, bot, reply }, { jobId, change }) {
    const { user } = interaction;
    await bot.pressOnce.run(user.id, customId("rerun", jobId, change), async () => {
      const parent = await findJob(bot, jobId);
      return submitAgain(bot, reply, { ...changed(parent, change), userId: user.id, parentId: parent.id });
    });
  },
};

/** The parent's request with one thing changed. The same variant again takes a new seed, or it would be the same picture. */
function changed(parent: Job, change: Change): Omit<JobRequest, "replyTo"> {
  const { replyTo: _, ...request } = parent.request;
  if (change === "again") return request;
  const painted: JobRequest["variant"] = parent.variant ?? request.variant;
  if (change === "finish") return { ...request, variant: painted, speed: "normal" };
  if (change === "new-seed" || change === painted) return { ...request, variant: painted, seed: randomSeed() };
  return { ...request, variant: change satisfies Variant };
}
