/** `/stylize`: repaint one picture in the style of another. */
import { type Attachment, SlashCommandBuilder } from "discord.js";

import type { SlashHandler } from "../src/discord/interactions/handler.ts";
import { submitPair } from "../src/discord/interactions/submit.ts";
import { loraChoices } from "../src/discord/interactions/wishes.ts";
import { styleNameOption } from "../src/discord/styles/library.ts";
import { findNamedStyle, namedStyleChoices } from "../src/discord/styles/named-styles.ts";
import { VARIANT_NAME } from "../src/discord/wording/commands.ts";
import { STYLE_PATH_NAME, styleWords } from "../src/discord/wording/styles.ts";
import { UserError } from "../src/errors.ts";
import { parseLoras } from "../src/painting-wishes.ts";
import {
  DEFAULT_SETTINGS,
  type LoraChoice,
  SETTING_BOUNDS,
  type Speed,
  STYLE_PATHS,
  type StylePath,
} from "../src/painting.ts";
import { VARIANT_CHOICES, type VariantChoice } from "../src/variant.ts";
import {
  contentOption,
  keepColorsOption,
  loraOption,
  promptOption,
  randomSeed,
  seedOption,
  speedOption,
  strengthOption,
  styleOption,
} from "./painting-options.ts";
import { checkedPrompt } from "./prompt.ts";

interface StylizeInput {
  readonly content: Attachment;
  /** A picture, or the name of a style of the library: one of the two. */
  readonly style: Attachment | string;
  readonly variant: VariantChoice;
  readonly strength: number;
  readonly keepColors: boolean;
  readonly steps: number | null;
  readonly guidance: number | null;
  readonly seed: number;
  readonly extraPrompt: string | null;
  readonly stylePath: StylePath;
  readonly speed: Speed;
  readonly loras: readonly LoraChoice[];
}

const { steps, guidance } = SETTING_BOUNDS;

const data = new SlashCommandBuilder()
  .setName("stylize")
  .setDescription("Repaint a picture in the style of another")
  .addAttachmentOption(contentOption)
  .addAttachmentOption(styleOption(false))
  .addStringOption(
    styleNameOption("style_name", "A style of the gallery or of this server, in place of a picture", false),
  )
  .addStringOption((option) =>
    option
      .setName("variant")
      .setDescription("How the style gets into the picture (default: whatever suits it)")
      .setChoices(VARIANT_CHOICES.map((value) => ({ name: VARIANT_NAME[value], value }))),
  )
  .addNumberOption(strengthOption)
  .addBooleanOption(keepColorsOption)
  .addStringOption(promptOption)
  .addIntegerOption(seedOption)
  .addStringOption(speedOption)
  .addStringOption(loraOption)
  .addIntegerOption((option) =>
    option
      .setName("steps")
      .setDescription("Denoising steps: more take longer (diffusion engine)")
      .setMinValue(steps[0])
      .setMaxValue(steps[1]),
  )
  .addNumberOption((option) =>
    option
      .setName("guidance")
      .setDescription("How closely to follow the description (diffusion engine)")
      .setMinValue(guidance[0])
      .setMaxValue(guidance[1]),
  )
  .addStringOption((option) =>
    option
      .setName("style_path")
      .setDescription("How the style picture itself enters (diffusion engine)")
      .setChoices(STYLE_PATHS.map((value) => ({ name: STYLE_PATH_NAME[value], value }))),
  );

/** @throws UserError when neither is given, or both */
function oneStyle(picture: Attachment | null, name: string | null): Attachment | string {
  if (picture && name !== null) throw new UserError("two-styles", styleWords.twoStyles);
  const given = picture ?? name;
  if (given === null) throw new UserError("no-style", styleWords.needsStyle);
  return given;
}

export const stylize: SlashHandler<StylizeInput> = {
  kind: "slash",
  data: data.toJSON(),
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },
  autocomplete: (interaction, bot) =>
    interaction.options.getFocused(true).name === "lora"
      ? loraChoices(interaction, bot)
      : namedStyleChoices(
          bot,
          { guildId: interaction.guildId, userId: interaction.user.id },
          interaction.options.getFocused(),
        ),

  parse: ({ options }) => ({
    content: options.getAttachment("content", true),
    style: oneStyle(options.getAttachment("style"), options.getString("style_name")),
    variant: (options.getString("variant") as VariantChoice | null) ?? "auto",
    strength: options.getNumber("strength") ?? DEFAULT_SETTINGS.strength,
    keepColors: options.getBoolean("keep_colors") ?? DEFAULT_SETTINGS.keepColors,
    steps: options.getInteger("steps"),
    guidance: options.getNumber("guidance"),
    seed: options.getInteger("seed") ?? randomSeed(),
    extraPrompt: checkedPrompt(options.getString("prompt")),
    stylePath: (options.getString("style_path") as StylePath | null) ?? DEFAULT_SETTINGS.stylePath,
    speed: (options.getString("speed") as Speed | null) ?? DEFAULT_SETTINGS.speed,
    loras: parseLoras(options.getString("lora")),
  }),

  async run({ interaction, bot, reply }, { content, style, ...settings }) {
    const { guildId, user } = interaction;
    const named = typeof style === "string" ? await findNamedStyle(bot, { guildId, userId: user.id }, style) : null;
    const request = {
      ...settings,
      userId: user.id,
      guildId,
      description: named?.description ?? null,
      size: bot.config.RESULT_SIZE,
      parentId: null,
    };
    await submitPair(bot, reply, request, { content, style: typeof style === "string" ? named!.picture : style });
  },
};
