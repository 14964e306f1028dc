/** `/style show`: one style of the library, with its description. */
import { thumbnailFile } from "../src/discord/messages/thumbnail.ts";
import { descriptionOf } from "../src/discord/styles/library.ts";
import { picturesView } from "../src/discord/styles/style-views.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";
import { onStyle } from "./on-style.ts";

export const styleShow = onStyle("show", "Look at a style of this server", async ({ bot, reply }, style) => {
  const thumbnail = await thumbnailFile(bot.store.files, style.picture, "style", words.alt(style));
  await reply.show(picturesView(words.about(style, await descriptionOf(bot, style)), [thumbnail]));
});
