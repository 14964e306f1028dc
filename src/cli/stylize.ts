/** `atelier stylize CONTENT STYLE -o OUT`: the whole of the bot's work on two files. */
import { randomInt } from "node:crypto";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import type { Command } from "commander";

import { conditioning, type PaintingWords } from "../caption/conditioning.ts";
import { readConfig } from "../config.ts";
import { UserError } from "../errors.ts";
import { readStoredPicture } from "../images/decode.ts";
import { encodeJpeg, encodeWebp } from "../images/encode.ts";
import { GALLERY, galleryStyle } from "../jobs/gallery.ts";
import type { EnginePicture, StylizeReply } from "../jobs/engine.ts";
import {
  DEFAULT_SETTINGS,
  ENGINE_PARTS,
  type EngineParts,
  type LoraChoice,
  SETTING_BOUNDS,
  type Speed,
  SPEEDS,
  STEP_CACHES,
  STYLE_PATHS,
  STYLIZER_IDS,
  type StepCache,
  type StylePath,
  type StylizerId,
  type StylizeSettings,
  type UsedStepCache,
} from "../painting.ts";
import { expectLoras, expectSpeedFits, parseLora } from "../painting-wishes.ts";
import { FAITHFUL_STRENGTH } from "../stylize/diffusion/inst-form.ts";
import { readTokenFile } from "../stylize/diffusion/token-file.ts";
import { needsDescription, VARIANT_CHOICES, type Variant, type VariantChoice } from "../variant.ts";
import { paperChoice } from "../votes/chooser.ts";
import { numberBetween, oneOf } from "./options.ts";
import { expectWritable } from "./output-file.ts";
import { progressLine } from "./progress.ts";
import { withWorkbench, type Workbench } from "./workbench.ts";

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

interface StylizeOptions extends SettingOptions {
  readonly output: string;
  readonly variant: VariantChoice;
  readonly engine?: "auto" | StylizerId;
  readonly engineParts?: EngineParts;
  readonly prompt?: string;
  readonly token?: string;
  readonly previews?: string;
  readonly json: boolean;
}

/** The printed object of `--json`. */
interface StylizeReport {
  readonly output: string;
  readonly width: number;
  readonly height: number;
  readonly engine: StylizerId;
  readonly variant: Variant;
  /** The words that it was painted by. */
  readonly description: string | null;
  readonly seed: number;
  readonly strength: number;
  readonly keepColors: boolean;
  readonly speed: Speed;
  readonly loras: readonly LoraChoice[];
  readonly steps: number;
  readonly guidance: number | null;
  readonly stylePath: StylizeReply["stylePath"];
  readonly stepCache: UsedStepCache | null;
  readonly seconds: { readonly caption: number; readonly stylize: number; readonly total: number };
}

const STRENGTH_HELP = `how far from the content (default: ${DEFAULT_SETTINGS.strength}; faithful: ${FAITHFUL_STRENGTH})`;
const ENGINE_PARTS_HELP = `what the embedded engine paints with: ${ENGINE_PARTS.join(", ")} (default: ENGINE_PARTS)`;
const STEP_CACHE_HELP = `what steps take over from each other: ${STEP_CACHES.join(", ")} (default: STEP_CACHE)`;
const SPEED_HELP = `${SPEEDS.join(", ")} (Stable Diffusion; drafts take an add-on: atelier models install)`;
const LORA_HELP = "a file of MODELS_DIR/loras and how much of it, inkwash:0.8; may be given several times";
const FORMATS = [".png", ".jpg", ".jpeg", ".webp"];

export function registerStylize(program: Command): void {
  withSettings(program.command("stylize"))
    .description("repaint a picture in the style of another")
    .argument("<content>", "the picture to repaint")
    .argument("<style>", "the picture whose style it takes")
    .action(report);
}

/** `atelier paint PICTURE --with linocut`: the same with a style of the gallery. */
export function registerPaint(program: Command): void {
  const names = GALLERY.map(({ name }) => name).join(", ");
  withSettings(program.command("paint"))
    .description("repaint a picture in a style of the gallery")
    .argument("<content>", "the picture to repaint")
    .requiredOption("--with <style>", `one of ${names}`)
    .action(async (content: string, options: StylizeOptions & { readonly with: string }) => {
      const style = galleryStyle(options.with);
      if (!style) throw new UserError("style-unknown", `The gallery has no style “${options.with}”. It has ${names}.`);
      await report(content, style.file, options);
    });
}

/** What both may be told besides their pictures. */
function withSettings(command: Command): Command {
  const bounds = SETTING_BOUNDS;
  return command
    .requiredOption("-o, --output <file>", `where the result goes (${FORMATS.join(", ")})`)
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
    .option("--json", "print one JSON object and nothing else", false);
}

async function report(content: string, style: string, options: StylizeOptions): Promise<void> {
  const done = await stylize(content, style, options);
  if (options.json) console.log(JSON.stringify(done));
  else console.log(`${done.output}: ${done.width} x ${done.height}, ${summary(done)}`);
}

const summary = ({ variant, engine, seed, stepCache, seconds }: StylizeReport): string => {
  const cache = stepCache === null ? "" : `step cache ${stepCache}, `;
  return `${variant} by the ${engine} engine, seed ${seed}, ${cache}${seconds.total.toFixed(1)} s`;
};

async function stylize(contentFile: string, styleFile: string, options: StylizeOptions): Promise<StylizeReport> {
  const output = path.resolve(options.output);
  const settings = settingsOf(options);
  expectLoras(settings.loras);
  expectSpeedFits(settings);
  await checkOutput(output);
  const config = readConfig();
  const bar = progressLine();
  const ENGINE = options.engine ?? config.ENGINE;
  const parts = options.engineParts ?? config.ENGINE_PARTS;
  return withWorkbench({ ...config, ENGINE, ENGINE_PARTS: parts }, async (bench) => {
    const started = performance.now();
    const [content, style] = await Promise.all([
      bench.picture(contentFile, "content"),
      bench.picture(styleFile, "style"),
    ]);
    const tokenPath = options.token === undefined ? null : path.resolve(options.token);
    if (tokenPath !== null) await readTokenFile(tokenPath, path.basename(tokenPath));
    const variant = await pickVariant(bench, content, options.variant);
    const words = await describe(bench, style, variant, options);
    const captioned = performance.now();
    const outputPath = path.join(bench.folder, "result.png");
    const previews = options.previews ? path.resolve(options.previews) : null;
    if (previews) await mkdir(previews, { recursive: true });
    const reply = await bench.engine
      .stylize(
        { content, style, variant, ...words, settings, tokenPath, outputPath, previewDir: previews },
        {
          signal: bench.signal,
          onNews: (news) => news.type === "progress" && bar.show(news.step, news.steps, "Painting"),
        },
      )
      .finally(() => bar.stop());
    await save(reply.outputPath, output);
    const seconds = (from: number, to: number): number => Math.round(to - from) / 1000;
    const now = performance.now();
    return {
      output: options.output,
      width: reply.width,
      height: reply.height,
      engine: reply.engine,
      variant,
      description: conditioning(words, settings),
      seed: settings.seed,
      strength: settings.strength,
      keepColors: settings.keepColors,
      speed: settings.speed,
      loras: settings.loras,
      steps: reply.steps,
      guidance: reply.guidance,
      stylePath: reply.stylePath,
      stepCache: reply.stepCache ?? null,
      seconds: { caption: seconds(started, captioned), stylize: seconds(captioned, now), total: seconds(started, now) },
    };
  });
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

const addedLora = (text: string, before: readonly LoraChoice[] = []): readonly LoraChoice[] => [
  ...before,
  parseLora(text),
];

async function pickVariant(bench: Workbench, content: EnginePicture, asked: VariantChoice): Promise<Variant> {
  if (asked !== "auto") return asked;
  const { prominent } = await bench.engine.findFaces(content);
  return paperChoice(prominent ? "face" : "non-face").variant;
}

/** The person's own words, or else the captioner's. */
async function describe(
  bench: Workbench,
  image: EnginePicture,
  variant: Variant,
  options: StylizeOptions,
): Promise<PaintingWords> {
  if (!needsDescription(variant)) return { description: null, ownWords: [] };
  const prompt = options.prompt?.trim();
  if (prompt) return { description: null, ownWords: [prompt] };
  const { text, note } = await bench.engine.describe({ image, faithful: options.faithful }, { signal: bench.signal });
  if (note !== undefined) process.stderr.write(`${note}\n`);
  return { description: text, ownWords: [] };
}

/** Finds out before the work whether the result can be written. */
async function checkOutput(output: string): Promise<void> {
  await expectWritable(output);
  if (FORMATS.includes(path.extname(output).toLowerCase())) return;
  const name = path.basename(output);
  throw new UserError("output-format", `The result's name must end in ${FORMATS.join(", ")}; got ${name}.`);
}

async function save(png: string, output: string): Promise<void> {
  const extension = path.extname(output).toLowerCase();
  if (extension === ".png") return copyFile(png, output);
  const image = await readStoredPicture(png);
  await writeFile(output, await (extension === ".webp" ? encodeWebp(image) : encodeJpeg(image)));
}
