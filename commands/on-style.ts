/** A subcommand of `/style` that takes one style of the library by its name. */

import type { Call, Needs, SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { type NameIn, subcommand } from "../src/discord/interactions/localised.ts";
import { findStyle, styleChoices } from "../src/discord/styles/library.ts";
import type { Style } from "../src/jobs/style.ts";
import { styleNameOption } from "./painting-options.ts";

type StyleCall = Call<Parameters<SubcommandHandler["parse"]>[0]>;

/** `run` gets the style itself: one that the server does not have is refused before. */
export const onStyle = (
  name: NameIn<"command.style">,
  run: (call: StyleCall, style: Style) => Promise<void>,
  needs?: Needs,
): SubcommandHandler<string> => ({
  kind: "subcommand",
  group: "style",
  data: subcommand(`style.${name}`).addStringOption(styleNameOption("name.which", true)),
  acknowledge: "public",
  ...(needs && { needs }),
  autocomplete: styleChoices,

  parse: ({ options }) => options.getString("name", true),

  run: async (call, styleName) => run(call, await findStyle(call.bot, call.interaction.guildId, styleName)),
});
