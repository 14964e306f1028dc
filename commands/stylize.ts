/** `/stylize`: repaint one picture in the style of another. */
import { type Attachment, SlashCommandBuilder } from "discord.js";

import type { SlashHandler } from "../src/discord/handler.ts";
import { takePair, takePicture } from "../src/discord/intake.ts";
import { assertMayWork } from "../src/discord/permissions.ts";
import { randomSeed, submitJob } from "../src/discord/submit.ts";
import { VARIANT_NAME } from "../src/discord/wording/commands.ts";
import { DEFAULT_SETTINGS, SETTING_BOUNDS } from "../src/stylize/stylizer.ts";
import { VARIANT_CHOICES, type VariantChoice } from "../src/variant.ts";
import { checkedPrompt, PROMPT_LENGTH } from "./prompt.ts";

interface StylizeInput {
  readonly content: Attachment;
  readonly style: Attachment;
  readonly variant: VariantChoice;
  readonly strength: number;
  readonly steps: number | null;
  readonly guidance: number | null;
  readonly seed: number;
  readonly extraPrompt: string | null;
}

const { strength, steps, guidance, seed } = SETTING_BOUNDS;

const data = new SlashCommandBuilder()
  .setName("stylize")
  .setDescription("Repaint a picture in the style of another")
  .addAttachmentOption((option) =>
    option.setName("content").setDescription("The picture to repaint").setFileTypes("image").setRequired(true),
  )
  .addAttachmentOption((option) =>
    option.setName("style").setDescription("The picture whose style it takes").setFileTypes("image").setRequired(true),
  )
  .addStringOption((option) =>
    option
      .setName("variant")
      .setDescription("How the style gets into the picture (default: whatever suits it)")
      .setChoices(VARIANT_CHOICES.map((value) => ({ name: VARIANT_NAME[value], value }))),
  )
  .addNumberOption((option) =>
    option
      .setName("strength")
      .setDescription(`How far from the content, 0 to 1 (default: ${DEFAULT_SETTINGS.strength})`)
      .setMinValue(strength[0])
      .setMaxValue(strength[1]),
  )
  .addStringOption((option) =>
    option
      .setName("prompt")
      .setDescription("Words of your own, added to the description of the style")
      .setMaxLength(PROMPT_LENGTH),
  )
  .addIntegerOption((option) =>
    option
      .setName("seed")
      .setDescription("The same seed paints the same picture")
      .setMinValue(seed[0])
      .setMaxValue(seed[1]),
  )
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
  );

export const stylize: SlashHandler<StylizeInput> = {
  kind: "slash",
  data: data.toJSON(),
  acknowledge: "public",

  parse: ({ options }) => ({
    content: options.getAttachment("content", true),
    style: options.getAttachment("style", true),
    variant: (options.getString("variant") as VariantChoice | null) ?? "auto",
    strength: options.getNumber("strength") ?? DEFAULT_SETTINGS.strength,
    steps: options.getInteger("steps"),
    guidance: options.getNumber("guidance"),
    seed: options.getInteger("seed") ?? randomSeed(),
    extraPrompt: checkedPrompt(options.getString("prompt")),
  }),

  async run({ interaction, bot, reply }, { content, style, ...settings }) {
    assertMayWork(interaction.appPermissions, interaction.channel?.isThread() ?? false);
    const pictures = await takePair(bot, takePicture(bot, content, "content"), style);
    await submitJob(bot, reply, {
      ...settings,
      userId: interaction.user.id,
      guildId: interaction.guildId,
      content: pictures[0],
      style: pictures[1],
      description: null,
      size: bot.config.RESULT_SIZE,
      stylePath: DEFAULT_SETTINGS.stylePath,
      parentId: null,
    });
  },
};
