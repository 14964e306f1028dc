/** `/style list`: the server's styles as a sheet of pictures. */
import { SlashCommandSubcommandBuilder } from "discord.js";

import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { picturesView } from "../src/discord/styles/style-views.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";
import { UserError } from "../src/errors.ts";
import { contactSheet } from "../src/images/contact-sheet.ts";
import { readStoredPicture } from "../src/images/decode.ts";
import { MOST_STYLES } from "../src/jobs/style.ts";

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

export const styleList: SubcommandHandler<number> = {
  kind: "subcommand",
  group: "style",
  data: new SlashCommandSubcommandBuilder()
    .setName("list")
    .setDescription("The styles of this server, in pictures")
    .addIntegerOption((option) =>
      option
        .setName("page")
        .setDescription(`Which page: each has ${PER_PAGE} styles`)
        .setMinValue(1)
        .setMaxValue(Math.ceil(MOST_STYLES / PER_PAGE)),
    ),
  acknowledge: "public",

  parse: ({ options }) => options.getInteger("page") ?? 1,

  async run({ interaction, bot, reply }, page) {
    const { styles, files } = bot.store;
    const count = await styles.count(interaction.guildId);
    if (count === 0) return reply.show(noticeView(words.none));
    const pages = Math.ceil(count / PER_PAGE);
    if (page > pages) throw new UserError("no-such-page", words.noPage(pages));
    const shown = await styles.list(interaction.guildId, (page - 1) * PER_PAGE, PER_PAGE);
    const cells = await Promise.all(
      shown.map(async ({ name, picture, tokenSha256 }) => ({
        image: await readStoredPicture(files.path(picture.sha256)),
        label: tokenSha256 === null ? name : `${name} ✓`,
      })),
    );
    const sheet = await contactSheet(inRows(cells), SHEET);
    const names = shown.map(({ name }) => name);
    const key = shown.map(({ id, tokenSha256 }) => `${id}${tokenSha256}`).join();
    const file = { name: "styles.png", data: Buffer.from(sheet), alt: words.listAlt(names), key };
    await reply.show(picturesView(words.list(count, page, pages), [file]));
  },
};
