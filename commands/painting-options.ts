/** Options of more than one command: pictures, and what it takes to paint. */
import { randomInt } from "node:crypto";

import type {
  SlashCommandAttachmentOption,
  SlashCommandBooleanOption,
  SlashCommandIntegerOption,
  SlashCommandNumberOption,
  SlashCommandStringOption,
} from "discord.js";

import { SPEED_NAME } from "../src/discord/wording/commands.ts";
import { DEFAULT_SETTINGS, SETTING_BOUNDS, SPEEDS } from "../src/painting.ts";
import { PROMPT_LENGTH } from "./prompt.ts";

const { strength, seed } = SETTING_BOUNDS;

export const pictureOption =
  (name: string, description: string, required: boolean) =>
  (option: SlashCommandAttachmentOption): SlashCommandAttachmentOption =>
    option.setName(name).setDescription(description).setFileTypes("image").setRequired(required);

export const contentOption = pictureOption("content", "The picture to repaint", true);

export const styleOption = (required: boolean): ReturnType<typeof pictureOption> =>
  pictureOption("style", "The picture whose style it takes", required);

export const strengthOption = (option: SlashCommandNumberOption): SlashCommandNumberOption =>
  option
    .setName("strength")
    .setDescription(`How far from the content, 0 to 1 (default: ${DEFAULT_SETTINGS.strength})`)
    .setMinValue(strength[0])
    .setMaxValue(strength[1]);

export const keepColorsOption = (option: SlashCommandBooleanOption): SlashCommandBooleanOption =>
  option.setName("keep_colors").setDescription("The style's strokes in the content's own colours (default: no)");

export const promptOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  option
    .setName("prompt")
    .setDescription("Words of your own, added to the description of the style")
    .setMaxLength(PROMPT_LENGTH);

export const speedOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  option
    .setName("speed")
    .setDescription("How much work goes into it (diffusion engine)")
    .setChoices(SPEEDS.map((value) => ({ name: SPEED_NAME[value], value })));

/** As many letters as Discord lets a choice have. */
const LORA_LETTERS = 100;

export const loraOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  option
    .setName("lora")
    .setDescription("Add-on styles of this bot: inkwash, inkwash:0.8, or several with commas (diffusion engine)")
    .setMaxLength(LORA_LETTERS)
    .setAutocomplete(true);

export const seedOption = (option: SlashCommandIntegerOption): SlashCommandIntegerOption =>
  option
    .setName("seed")
    .setDescription("The same seed paints the same picture")
    .setMinValue(seed[0])
    .setMaxValue(seed[1]);

/** A seed nobody asked for. */
export const randomSeed = (): number => randomInt(seed[1] + 1);
