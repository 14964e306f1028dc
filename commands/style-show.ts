/** `/style show`: one style of the library, with its description, and those that are like it. */
import { thumbnailFile } from "../src/discord/messages/thumbnail.ts";
import { descriptionOf } from "../src/discord/styles/library.ts";
import { nameChoices } from "../src/discord/styles/named-styles.ts";
import { galleryFile } from "../src/discord/styles/style-pages.ts";
import { picturesView } from "../src/discord/styles/style-views.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";
import { galleryStyle } from "../src/jobs/gallery.ts";
import { sayAloud } from "../src/words/say.ts";
import { onStyle } from "./on-style.ts";

/** Most similar styles that are named. */
const MOST_SIMILAR = 3;

const ofLibrary = onStyle("show", async ({ bot, reply }, style) => {
  const [description, kin] = await Promise.all([
    descriptionOf(bot, style),
    bot.styleVectors.kinOf(style, MOST_SIMILAR),
  ]);
  await sayAloud(async () => {
    const thumbnail = await thumbnailFile(bot.store.files, style.picture, "style", words.alt(style));
    await reply.show(picturesView(words.about(style, description, kin), [thumbnail]));
  });
});

export const styleShow: typeof ofLibrary = {
  ...ofLibrary,
  autocomplete: nameChoices,

  async run(call, name) {
    const { interaction, bot, reply } = call;
    const shipped = galleryStyle(name);
    if (!shipped || (await bot.store.styles.find(interaction.guildId, name.trim()))) return ofLibrary.run(call, name);
    await sayAloud(async () =>
      reply.show(picturesView(words.aboutGallery(shipped), [await galleryFile(shipped, "style")])),
    );
  },
};
