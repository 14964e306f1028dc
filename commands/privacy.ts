/** `/privacy`: what is kept, a copy of it, and to be forgotten. */
import { ButtonStyle, type CacheType } from "discord.js";

import type { ButtonHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { slashCommand } from "../src/discord/interactions/localised.ts";
import { serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import { noticeView, press, row, text } from "../src/discord/messages/components.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { view } from "../src/discord/messages/view.ts";
import { fileView } from "../src/discord/styles/style-views.ts";
import { router } from "../src/discord/wording/commands.ts";
import { privacyWords as words } from "../src/discord/wording/privacy.ts";
import { UserError } from "../src/errors.ts";

export const privacy: SlashHandler<null, CacheType> = {
  kind: "slash",
  everywhere: true,
  data: slashCommand("privacy").toJSON(),
  acknowledge: "private",

  parse: () => null,

  async run({ interaction, bot, reply }) {
    const most = bot.config.RETENTION_DAYS;
    const server = serverIdOf(interaction);
    const chosen = server === null ? null : await bot.store.retention.days(server);
    const days = Math.min(most, chosen ?? most);
    await reply.show(
      view([
        text(words.kept(days)),
        row(
          press("privacy", words.data, ButtonStyle.Secondary, "data"),
          ...(server === null ? [] : [press("privacy", words.here, ButtonStyle.Danger, "forget", "here")]),
          press("privacy", words.everywhere, ButtonStyle.Danger, "forget", "everywhere"),
        ),
      ]),
    );
  },
};

const WISHES = ["data", "forget", "surely"] as const;

export const privacyButton: ButtonHandler<
  { readonly wish: (typeof WISHES)[number]; readonly here: boolean },
  CacheType
> = {
  kind: "button",
  everywhere: true,
  acknowledge: "silent",

  parse({ customId: id }) {
    const [wish, where] = parseCustomId(id).parts;
    const known = WISHES.find((name) => name === wish);
    if (known === undefined) throw new UserError("unknown-button", router.unknown);
    return { wish: known, here: where === "here" };
  },

  async run({ interaction, bot, reply }, { wish, here }) {
    const server = serverIdOf(interaction);
    // "Here" is never taken for "everywhere", should the bot have left the server meanwhile.
    if (here && server === null) throw new UserError("unknown-button", router.unknown);
    const scope = { userId: interaction.user.id, guildId: here ? server : null };
    if (wish === "data") {
      const data = Buffer.from(JSON.stringify(await bot.store.erasures.data(scope), null, 2));
      const file = { name: "my-data.json", data, alt: words.data, key: "my-data" };
      await reply.whisper(fileView(words.copy, file));
    } else if (wish === "forget") {
      const surely = press("privacy", words.surely, ButtonStyle.Danger, "surely", here ? "here" : "everywhere");
      await reply.whisper(view([text(words.ask(here)), row(surely)]));
    } else {
      const { done } = await bot.erasing.forget(scope);
      // Which stays true after a restart.
      await Promise.all([done, reply.show(noticeView(words.forgetting(here)))]);
      await reply.show(noticeView(words.forgotten(here)));
    }
  },
};
