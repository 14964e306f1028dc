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
import { WEIGHTS_LENGTH } from "../src/blend-weights.ts";
import { choice, localised, type OptionKey } from "../src/discord/interactions/localised.ts";
import type { JobRequest } from "../src/jobs/job.ts";
import { STYLE_NAME_LENGTH } from "../src/jobs/style.ts";
import { DEFAULT_SETTINGS, SETTING_BOUNDS, SPEEDS, STYLE_PATHS } from "../src/painting.ts";
import { parseLoras } from "../src/painting-wishes.ts";
import { VARIANT_CHOICES } from "../src/variant.ts";
import { checkedPrompt, PROMPT_LENGTH } from "./prompt.ts";

const { strength, seed, steps, guidance } = SETTING_BOUNDS;

export const pictureOption =
  (key: OptionKey, required: boolean) =>
  (option: SlashCommandAttachmentOption): SlashCommandAttachmentOption =>
    localised(option, key).setFileTypes("image").setRequired(required);

/** The option that names a style. */
export const styleNameOption =
  (key: OptionKey, required: boolean) =>
  (option: SlashCommandStringOption): SlashCommandStringOption =>
    localised(option, key).setMaxLength(STYLE_NAME_LENGTH).setAutocomplete(true).setRequired(required);

export const contentOption = pictureOption("content", true);

export const styleOption = pictureOption("style", true);

export const strengthOption = (option: SlashCommandNumberOption): SlashCommandNumberOption =>
  localised(option, "strength", { strength: DEFAULT_SETTINGS.strength })
    .setMinValue(strength[0])
    .setMaxValue(strength[1]);

export const keepColorsOption = (option: SlashCommandBooleanOption): SlashCommandBooleanOption =>
  localised(option, "keep_colors");

const promptOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  localised(option, "prompt").setMaxLength(PROMPT_LENGTH);

const speedOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  localised(option, "speed").setChoices(SPEEDS.map((value) => choice(`choice.speed.${value}`, value)));

/** As many letters as Discord lets a choice have. */
export const [LORA_LENGTH, PATHS_LENGTH] = [100, 100];

const loraOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  localised(option, "lora").setMaxLength(LORA_LENGTH).setAutocomplete(true);

export const seedOption = (option: SlashCommandIntegerOption): SlashCommandIntegerOption =>
  localised(option, "seed").setMinValue(seed[0]).setMaxValue(seed[1]);

/** A seed nobody asked for. */
export const randomSeed = (): number => randomInt(seed[1] + 1);

/** All that can be said of a picture to be painted, beside the pair itself. */
export const withPaintingOptions = (command: SlashCommandOptionsOnlyBuilder): SlashCommandOptionsOnlyBuilder =>
  command
    .addStringOption((option) =>
      localised(option, "variant.painted").setChoices(
        VARIANT_CHOICES.map((value) => choice(`choice.variant.${value}`, value)),
      ),
    )
    .addNumberOption(strengthOption)
    .addBooleanOption(keepColorsOption)
    .addStringOption(promptOption)
    .addIntegerOption(seedOption)
    .addStringOption(speedOption)
    .addStringOption(loraOption)
    .addIntegerOption((option) => localised(option, "steps").setMinValue(steps[0]).setMaxValue(steps[1]))
    .addNumberOption((option) => localised(option, "guidance").setMinValue(guidance[0]).setMaxValue(guidance[1]))
    .addStringOption((option) =>
      localised(option, "style_path").setChoices(
        STYLE_PATHS.map((value) => choice(`choice.style-path.${value}`, value)),
      ),
    );

/** Options that name a style: the first has to be there, the others are blended with it. */
export const STYLE_FIELDS = ["with", "and", "and_too"] as const;

export const weightsOption = (option: SlashCommandStringOption): SlashCommandStringOption =>
  localised(option, "weights").setMaxLength(WEIGHTS_LENGTH);

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
