/** What `atelier stylize` and `atelier paint` may be told besides their pictures. */
import { randomInt } from "node:crypto";

import type { Command } from "commander";

import { UserError } from "../../errors.ts";
import {
  DEFAULT_SETTINGS,
  ENGINE_PARTS,
  type LoraChoice,
  SETTING_BOUNDS,
  type Speed,
  SPEEDS,
  STEP_CACHES,
  STYLE_PATHS,
  STYLIZER_IDS,
  type StepCache,
  type StylePath,
  type StylizeSettings,
  type EngineParts,
  type StylizerId,
} from "../../painting.ts";
import { parseLora } from "../../painting-wishes.ts";
import { FAITHFUL_STRENGTH } from "../../stylize/diffusion/inst-form.ts";
import { VARIANT_CHOICES, type VariantChoice } from "../../variant.ts";
import { numberBetween, oneOf } from "../options.ts";
import { FORMATS } from "./results.ts";

interface SettingOptions {
  readonly strength?: number;
  readonly seed?: number;
  readonly size: number;
  readonly steps?: number;
  readonly guidance?: number;
  readonly stylePath: StylePath;
  readonly faithful: boolean;
  readonly keepColors: boolean;
  readonly stepCache?: StepCache;
  readonly speed: Speed;
  readonly lora?: readonly LoraChoice[];
}

export interface StylizeOptions extends SettingOptions {
  readonly output?: string;
  readonly variant: VariantChoice;
  readonly engine?: "auto" | StylizerId;
  readonly engineParts?: EngineParts;
  readonly prompt?: string;
  readonly token?: string;
  readonly previews?: string;
  readonly hd: boolean;
  readonly json: boolean;
}

const STRENGTH_HELP = `how far from the content (default: ${DEFAULT_SETTINGS.strength}; faithful: ${FAITHFUL_STRENGTH})`;
const ENGINE_PARTS_HELP = `what the embedded engine paints with: ${ENGINE_PARTS.join(", ")} (default: ENGINE_PARTS)`;
const STEP_CACHE_HELP = `what steps take over from each other: ${STEP_CACHES.join(", ")} (default: STEP_CACHE)`;
const SPEED_HELP = `${SPEEDS.join(", ")} (Stable Diffusion; drafts take an add-on: atelier models install)`;
const LORA_HELP = "a file of MODELS_DIR/loras and how much of it, inkwash:0.8; may be given several times";
const OUTPUT_HELP = `where results go: a file (${FORMATS.join(", ")}), or a folder (default: CONTENT-as-STYLE.png, under a new name each)`;

/** What both may be told besides their pictures. */
export function withSettings(command: Command): Command {
  const bounds = SETTING_BOUNDS;
  return command
    .option("-o, --output <place>", OUTPUT_HELP)
    .option("--variant <name>", VARIANT_CHOICES.join(", "), oneOf(VARIANT_CHOICES), "auto" as const)
    .option("--engine <name>", "auto, embedded, diffusion (default: ENGINE)", oneOf(["auto", ...STYLIZER_IDS]))
    .option("--engine-parts <name>", ENGINE_PARTS_HELP, oneOf(ENGINE_PARTS))
    .option("--strength <0..1>", STRENGTH_HELP, numberBetween(...bounds.strength))
    .option("--seed <n>", "seed of all randomness (default: random)", numberBetween(...bounds.seed, true))
    .option("--size <px>", "long side of the result", numberBetween(...bounds.size, true), DEFAULT_SETTINGS.size)
    .option("--steps <n>", "denoising steps", numberBetween(...bounds.steps, true))
    .option("--guidance <g>", "guidance scale", numberBetween(...bounds.guidance))
    .option("--speed <name>", SPEED_HELP, oneOf(SPEEDS), DEFAULT_SETTINGS.speed)
    .option("--lora <name:weight>", LORA_HELP, addedLora)
    .option("--prompt <text>", "your own description, in place of a generated one")
    .option("--style-path <name>", STYLE_PATHS.join(", "), oneOf(STYLE_PATHS), DEFAULT_SETTINGS.stylePath)
    .option("--token <file>", "what was learned for the style (atelier style learn)")
    .option("--previews <dir>", "keep the pictures on the way in this folder")
    .option("--step-cache <name>", STEP_CACHE_HELP, oneOf(STEP_CACHES))
    .option("--keep-colors", "the style's strokes in the content's own colours", DEFAULT_SETTINGS.keepColors)
    .option("--faithful", "behave like the reference code: 50 DDIM steps, guidance 10, a stretched square", false)
    .option(
      "--hd",
      "then the same picture twice as large and finer, to 1024 pixels (2048 with the memory for it)",
      false,
    )
    .option("--json", "print one JSON object a result and nothing else", false);
}

/** What the person set; where they set nothing, the engine's or the reference code's own. */
export function settingsOf(options: SettingOptions): StylizeSettings {
  const { faithful, keepColors, size, speed, stylePath } = options;
  return {
    strength: options.strength ?? (faithful ? FAITHFUL_STRENGTH : DEFAULT_SETTINGS.strength),
    seed: options.seed ?? randomInt(SETTING_BOUNDS.seed[1] + 1),
    size,
    steps: options.steps ?? null,
    guidance: options.guidance ?? null,
    stylePath,
    faithful,
    keepColors,
    ...(options.stepCache && { stepCache: options.stepCache }),
    speed,
    loras: options.lora ?? DEFAULT_SETTINGS.loras,
  };
}

/** @throws UserError */
export function expectHdFits({ hd, speed }: Pick<StylizeOptions, "hd" | "speed">): void {
  if (hd && speed === "draft")
    throw new UserError(
      "hd-draft",
      "A draft is a first look, which HD would only make larger. Leave out --hd, or choose the speed normal.",
    );
}

const addedLora = (text: string, before: readonly LoraChoice[] = []): readonly LoraChoice[] => [
  ...before,
  parseLora(text),
];
