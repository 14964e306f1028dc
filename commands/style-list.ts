/** `/style list`: the server's styles as a sheet of pictures; or those most like one, and the gallery's among them. */

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { localised, subcommand } from "../src/discord/interactions/localised.ts";
import { findStyle } from "../src/discord/styles/library.ts";
import { nameChoices } from "../src/discord/styles/named-styles.ts";
import { picturesView } from "../src/discord/styles/style-views.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import type { View, ViewFile } from "../src/discord/messages/view.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";
import { UserError } from "../src/errors.ts";
import { contactSheet } from "../src/images/contact-sheet.ts";
import { readStoredPicture } from "../src/images/decode.ts";
import { GALLERY, type GalleryStyle, galleryStyle } from "../src/jobs/gallery.ts";
import { galleryId } from "../src/jobs/gallery-likeness.ts";
import type { Kin } from "../src/jobs/style-likeness.ts";
import { MOST_STYLES, type Style } from "../src/jobs/style.ts";
import { sayAloud } from "../src/words/say.ts";
import { styleNameOption } from "./painting-options.ts";

const COLUMNS = 4;
const PER_PAGE = 12;
/** Four in a row make 960 pixels; on a phone the names are as large as small print. */
const SHEET = { cell: 220, labelSize: 26, labelLines: 2 } as const;

/** Rows of `COLUMNS`; where there are several, the last is filled up with empty places. */
function inRows<T>(cells: readonly T[]): (T | null)[][] {
  if (cells.length <= COLUMNS) return [[...cells]];
  return Array.from({ length: Math.ceil(cells.length / COLUMNS) }, (_, row) =>
    Array.from({ length: COLUMNS }, (_, column) => cells[row * COLUMNS + column] ?? null),
  );
}

interface ListInput {
  readonly page: number;
  readonly similarTo: string | null;
}

export const styleList: SubcommandHandler<ListInput> = {
  kind: "subcommand",
  group: "style",
  data: subcommand("style.list")
    .addIntegerOption((option) =>
      localised(option, "page", { styles: PER_PAGE })
        .setMinValue(1)
        .setMaxValue(Math.ceil(MOST_STYLES / PER_PAGE)),
    )
    .addStringOption(styleNameOption("similar_to", false)),
  acknowledge: "public",
  autocomplete: nameChoices,

  parse: ({ options }) => ({ page: options.getInteger("page") ?? 1, similarTo: options.getString("similar_to") }),

  async run({ interaction, bot, reply }, { page, similarTo }) {
    const { styles } = bot.store;
    if (similarTo !== null) {
      if (page > 1) throw new UserError("no-such-page", words.noPage(1));
      return reply.show(await similarView(bot, interaction.guildId, similarTo));
    }
    const count = await styles.count(interaction.guildId);
    if (count === 0) return reply.show(sayAloud(() => noticeView(words.none)));
    const pages = Math.ceil(count / PER_PAGE);
    if (page > pages) throw new UserError("no-such-page", words.noPage(pages));
    const shown = await styles.list(interaction.guildId, (page - 1) * PER_PAGE, PER_PAGE);
    await sayAloud(async () => reply.show(picturesView(words.list(count, page, pages), [await sheetOf(bot, shown)])));
  },
};

/** The style itself, then those most like it. Where a server has a style of the same name, the gallery's is not meant. */
async function similarView(bot: Bot, guildId: string, named: string): Promise<View> {
  const own = await Promise.all(GALLERY.map(({ name }) => bot.store.styles.find(guildId, name)));
  const gallery = GALLERY.filter((_style, i) => own[i] === null);
  const shipped = galleryStyle(named);
  const style = shipped && gallery.includes(shipped) ? shipped : await findStyle(bot, guildId, named);
  const id = "file" in style ? galleryId(style) : style.id;
  const kin = await bot.styleVectors.kinOf({ id, guildId }, PER_PAGE - 1, gallery);
  return sayAloud(() => kinView(bot, style, kin));
}

async function kinView(bot: Bot, style: Style | GalleryStyle, { similar, count, others, unseen }: Kin): Promise<View> {
  const { name } = style;
  if (others === 0) return noticeView(words.alone(name));
  if (similar === null) return noticeView(words.notSeenItself(name));
  if (similar.length === 0) return noticeView(words.noneSimilar(name, unseen));
  return picturesView(words.similar(name, similar.length, count, unseen), [await sheetOf(bot, [style, ...similar])]);
}

async function sheetOf({ store }: Bot, styles: readonly (Style | GalleryStyle)[]): Promise<ViewFile> {
  const cells = await Promise.all(
    styles.map(async (style) =>
      "file" in style
        ? { image: await readStoredPicture(style.file), label: style.name }
        : {
            image: await readStoredPicture(await store.files.local(style.picture.sha256)),
            label: style.tokenSha256 === null ? style.name : `${style.name} ✓`,
          },
    ),
  );
  const sheet = await contactSheet(inRows(cells), SHEET);
  const key = styles.map((style) => ("file" in style ? style.file : `${style.id}${style.tokenSha256}`)).join();
  return {
    name: "styles.png",
    data: Buffer.from(sheet),
    alt: words.listAlt(styles.map(({ name }) => name)),
    key,
    shows: styles.flatMap((style) => ("file" in style ? [] : style.picture.sha256)),
  };
}
