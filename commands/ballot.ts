/** *My ballot* on a result or a comparison, and the moderator's word on faces within it. */
import { PermissionFlagsBits } from "discord.js";

import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { ballotPanel } from "../src/discord/votes/ballot-panel.ts";
import { ballotPanel as words } from "../src/discord/wording/votes.ts";
import { UserError } from "../src/errors.ts";
import { findJob, findPainting, subjectOf } from "./job-button.ts";

interface Looking {
  readonly user: { readonly id: string };
  readonly member: { readonly roles: { readonly cache: ReadonlyMap<string, unknown> } };
  readonly memberPermissions: Parameters<typeof ballotPanel>[2]["permissions"];
}

const looker = ({ user, member, memberPermissions }: Looking): Parameters<typeof ballotPanel>[2] => ({
  userId: user.id,
  roles: [...member.roles.cache.keys()],
  permissions: memberPermissions,
});

export const ballot: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "private",

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    await bot.votes.recorded();
    const { id } = await findPainting(bot, jobId);
    await reply.show(await ballotPanel(bot.store, id, looker(interaction)));
  },
};

export const face: ButtonHandler<{ readonly jobId: string; readonly prominent: boolean }> = {
  kind: "button",
  acknowledge: "silent",

  parse({ customId: id }) {
    const [jobId = "", verdict] = parseCustomId(id).parts;
    return { jobId, prominent: verdict === "face" };
  },

  async run({ interaction, bot, reply }, { jobId, prominent }) {
    if (!interaction.memberPermissions.has(PermissionFlagsBits.ManageMessages))
      throw new UserError("not-moderator", words.notModerator);
    const job = await findJob(bot, jobId);
    const { pictures } = bot.store;
    const { sha256 } = job.request.content;
    const faces = (await pictures.faceVerdict(sha256))?.faces ?? [];
    await pictures.saveFaceVerdict(sha256, { prominent, faces, source: "moderator" });
    await reply.show(await ballotPanel(bot.store, jobId, looker(interaction)));
  },
};
