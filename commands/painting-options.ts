/** Options of more than one command: pictures, and what it takes to paint. */
import { randomInt } from "node:crypto";

import type {
  SlashCommandAttachmentOption,
  SlashCommandBooleanOption,
  SlashCommandIntegerOption,
  SlashCommandNumberOption,
  SlashCommandOptionsOnlyBuilder,
  SlashCommandStringOption,
} from "discord.js";

import type { Values } from "../src/discord/interactions/filled-form.ts";
import { WEIGHTS_LENGTH } from "../src/discord/interactions/blend-weights.ts";
import { SPEED_NAME, VARIANT_NAME } from "../src/discord/wording/commands.ts";
import { STYLE_PATH_NAME } from "../src/discord/wording/styles.ts";
import type { JobRequest } from "../src/jobs/job.ts";
import { DEFAULT_SETTINGS, SETTING_BOUNDS, SPEEDS, STYLE_PATHS } from "../src/painting.ts";
import { parseLoras } from "../src/painting-wishes.ts";
import { VARIANT_CHOICES } from "../src/variant.ts";
import { checkedPrompt, PROMPT_LENGTH } from "./prompt.ts";

const { strength, seed, steps, guidance } = SETTING_BOUNDS;

export const pictureOption =
  (name: string, description: string, required: boolean) =>
  (option: SlashCommandAttachmentOption): SlashCommandAttachmentOption =>
    option.setName(name).setDescription(description).setFileTypes("image").setRequired(required);

export const contentOption = pictureOption("content", "The picture to repaint", true);

export const styleOption = pictureOption("style", "The picture whose style it takes", true);

export const strengthOption = (option: SlashCommandNumberOption): SlashCommandNumberOption =>
  option
    .setName("strength")
    .setDescription(`How far from the content, 0 to 1 (default: ${DEFAULT_SETTINGS.strength})`)
    .setMinValue(strength[0])
    .setMaxValue(strength[1]);

export const keepColorsOption = (option: SlashCommandBooleanOption): SlashCommandBooleanOption =>
  option.setName("keep_colors").setDescription("The style's strokes in the content's own colours (default: no)");

const promptOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  option
    .setName("prompt")
    .setDescription("Words of your own, added to the description of the style")
    .setMaxLength(PROMPT_LENGTH);

const speedOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  option
    .setName("speed")
    .setDescription("How much work goes into it (diffusion engine)")
    .setChoices(SPEEDS.map((value) => ({ name: SPEED_NAME[value], value })));

/** As many letters as Discord lets a choice have. */
export const [LORA_LENGTH, PATHS_LENGTH] = [100, 100];

const loraOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  option
    .setName("lora")
    .setDescription("Add-on styles of this bot: inkwash, inkwash:0.8, or several with commas (diffusion engine)")
    .setMaxLength(LORA_LENGTH)
    .setAutocomplete(true);

export const seedOption = (option: SlashCommandIntegerOption): SlashCommandIntegerOption =>
  option
    .setName("seed")
    .setDescription("The same seed paints the same picture")
    .setMinValue(seed[0])
    .setMaxValue(seed[1]);

/** A seed nobody asked for. */
export const randomSeed = (): number => randomInt(seed[1] + 1);

/** All that can be said of a picture to be painted, beside the pair itself. */
export const withPaintingOptions = (command: SlashCommandOptionsOnlyBuilder): SlashCommandOptionsOnlyBuilder =>
  command
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

/** Options that name a style: the first has to be there, the others are blended with it. */
export const STYLE_FIELDS = ["with", "and", "and_too"] as const;

export const weightsOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  option
    .setName("weights")
    .setDescription("How much of each style: 2:1, or 60 30 10 (default: alike)")
    .setMaxLength(WEIGHTS_LENGTH);

export type PaintingSettings = Pick<
  JobRequest,
  | "variant"
  | "strength"
  | "keepColors"
  | "steps"
  | "guidance"
  | "seed"
  | "extraPrompt"
  | "stylePath"
  | "speed"
  | "loras"
>;

/** What was given to `withPaintingOptions`, each of the kind that Discord was told. @throws UserError */
export function paintingSettings(values: Values): PaintingSettings {
  const given = values as Readonly<Record<string, never>>;
  return {
    variant: given["variant"] ?? "auto",
    ...plainSettings(values),
    steps: given["steps"] ?? null,
    guidance: given["guidance"] ?? null,
    extraPrompt: checkedPrompt(given["prompt"] ?? null),
    stylePath: given["style_path"] ?? DEFAULT_SETTINGS.stylePath,
    speed: given["speed"] ?? DEFAULT_SETTINGS.speed,
    loras: parseLoras(given["lora"] ?? null),
  };
}

/** What every command that paints takes. */
export function plainSettings(values: Values): Pick<JobRequest, "strength" | "keepColors" | "seed"> {
  const given = values as Readonly<Record<string, never>>;
  return {
    strength: given["strength"] ?? DEFAULT_SETTINGS.strength,
    keepColors: given["keep_colors"] ?? DEFAULT_SETTINGS.keepColors,
    seed: given["seed"] ?? randomSeed(),
  };
}
