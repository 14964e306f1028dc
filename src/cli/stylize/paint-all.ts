/** Paints pictures in one style, or in several at once, one after the other, by one engine. */
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";

import type { Blended } from "../../blend.ts";
import { conditioning, type PaintingWords } from "../../caption/conditioning.ts";
import { readConfig } from "../../config.ts";
import { UserError } from "../../errors.ts";
import type { EngineHooks, EnginePicture, StylizeReply } from "../../jobs/engine.ts";
import type { ShippedPicture } from "../../jobs/gallery.ts";
import type { LoraChoice, Speed, StylizerId, UsedStepCache } from "../../painting.ts";
import { readTokenFile } from "../../stylize/diffusion/token-file.ts";
import { needsDescription, type Variant, type VariantChoice } from "../../variant.ts";
import { paperChoice } from "../../votes/chooser.ts";
import { progressLine } from "../progress.ts";
import { withWorkbench, type Workbench } from "../workbench.ts";
import { expectLarger, inHd } from "./in-hd.ts";
import { type Destination, saveResult } from "./results.ts";
import { settingsOf, type StylizeOptions } from "./settings.ts";
import { sharesOf } from "./styles.ts";

/** The printed object of `--json`. */
export interface StylizeReport {
  readonly output: string;
  readonly width: number;
  readonly height: number;
  readonly hd: boolean;
  readonly engine: StylizerId;
  readonly variant: Variant;
  /** The words that it was painted by, those of the first style where there are several. */
  readonly description: string | null;
  /** The styles that it took, with their weights, which sum up to 1. */
  readonly styles: readonly { readonly name: string; readonly weight: number }[];
  readonly seed: number;
  readonly strength: number;
  readonly keepColors: boolean;
  readonly speed: Speed;
  readonly loras: readonly LoraChoice[];
  readonly steps: number;
  readonly guidance: number | null;
  readonly stylePath: StylizeReply["stylePath"];
  /** `null` but with StyleShot. */
  readonly contours: boolean | null;
  readonly stepCache: UsedStepCache | null;
  readonly seconds: { readonly caption: number; readonly stylize: number; readonly total: number };
}

interface Painting {
  readonly contents: readonly string[];
  readonly styles: Blended<ShippedPicture>;
  readonly destination: Destination;
  readonly options: StylizeOptions;
}

/** Hears of each picture as soon as it is painted, or was refused for what it is; the others are painted all the same. */
interface Listener {
  painted(report: StylizeReport): void;
  refused(error: UserError): void;
}

export async function paintAll(
  { contents, styles, destination, options }: Painting,
  listener: Listener,
): Promise<void> {
  const config = readConfig();
  const ENGINE = options.engine ?? config.ENGINE;
  const parts = options.engineParts ?? config.ENGINE_PARTS;
  // Before the work: whether it can be made is known then.
  if ("folder" in destination) await mkdir(destination.folder, { recursive: true });
  await withWorkbench({ ...config, ENGINE, ENGINE_PARTS: parts }, async (bench) => {
    if (options.hd) expectLarger(bench, options.size);
    const shares: StyleShare[] = [];
    for (const { file, name, weight } of sharesOf(styles))
      shares.push({ name, weight, picture: await bench.picture(file, "style") });
    const tokenPath = options.token === undefined ? null : path.resolve(options.token);
    if (tokenPath !== null) await readTokenFile(tokenPath, path.basename(tokenPath));
    // A style has one description, however many pictures take it.
    let described: Promise<readonly PaintingWords[]> | undefined;
    const wordsFor = async (variant: Variant): Promise<readonly PaintingWords[]> =>
      needsDescription(variant) ? (described ??= describeAll(bench, shares, options)) : shares.map(() => NO_WORDS);
    for (const [index, content] of contents.entries()) {
      const one = { shares, tokenPath, wordsFor, destination, options, started: performance.now() };
      const picture = await bench.picture(content, "content").catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        listener.refused(error);
      });
      if (!picture) continue;
      const which = contents.length === 1 ? "" : ` ${index + 1} of ${contents.length}`;
      listener.painted(await paint(bench, { picture, name: path.parse(content).name, which }, one));
      if (shares.every((share) => share.picture.path !== picture.path)) await rm(picture.path);
    }
  });
}

const NO_WORDS: PaintingWords = { description: null, ownWords: [] };

/** A style, and how much of it. */
interface StyleShare {
  readonly name: string;
  readonly weight: number;
  readonly picture: EnginePicture;
}

interface OneOfThem extends Pick<Painting, "destination" | "options"> {
  readonly shares: readonly StyleShare[];
  readonly tokenPath: string | null;
  /** Of each style. */
  readonly wordsFor: (variant: Variant) => Promise<readonly PaintingWords[]>;
  /** On `performance`'s clock. */
  readonly started: number;
}

interface Content {
  readonly picture: EnginePicture;
  readonly name: string;
  /** Which of how many it is, for people; empty where there is one. */
  readonly which: string;
}

async function paint(
  bench: Workbench,
  { picture: content, name, which }: Content,
  { shares, tokenPath, options, started, ...one }: OneOfThem,
): Promise<StylizeReport> {
  const settings = settingsOf(options);
  const previews = options.previews === undefined ? null : path.resolve(options.previews, which && name);
  const bar = progressLine();
  const variant = await pickVariant(bench, content, options.variant);
  const allWords = await one.wordsFor(variant);
  const words = allWords[0]!;
  const captioned = performance.now();
  const outputPath = path.join(bench.folder, "result.png");
  if (previews) await mkdir(previews, { recursive: true });
  const [{ picture: style, weight }, ...further] = shares as readonly [StyleShare, ...StyleShare[]];
  const others = further.map((share, i) => ({
    picture: share.picture,
    description: allWords[1 + i]!.description,
    weight: share.weight,
  }));
  const blend = others.length > 0 && { blend: { weight, others } };
  const task = { content, style, variant, ...words, ...blend, settings, tokenPath, outputPath, previewDir: previews };
  const shown = (what: string): EngineHooks => ({
    signal: bench.signal,
    onNews: (news) => news.type === "progress" && bar.show(news.step, news.steps, `${what}${which}`),
  });
  const paintBoth = async (): Promise<{ readonly reply: StylizeReply; readonly last: StylizeReply }> => {
    const reply = await bench.engine.stylize(task, shown("Painting"));
    return { reply, last: options.hd ? await inHd(bench, task, reply, shown("In HD")) : reply };
  };
  const { reply, last } = await paintBoth().finally(() => bar.stop());
  const output = await saveResult(last.outputPath, one.destination, {
    content: name,
    style: shares.map((share) => share.name).join("-and-"),
  });
  const seconds = (from: number, to: number): number => Math.round(to - from) / 1000;
  const now = performance.now();
  return {
    output,
    width: last.width,
    height: last.height,
    hd: options.hd,
    engine: reply.engine,
    variant,
    description: conditioning(words, settings),
    styles: shares.map((share) => ({ name: share.name, weight: share.weight })),
    seed: settings.seed,
    strength: settings.strength,
    keepColors: settings.keepColors,
    speed: settings.speed,
    loras: settings.loras,
    steps: reply.steps,
    guidance: reply.guidance,
    stylePath: reply.stylePath,
    contours: reply.contours ?? null,
    stepCache: reply.stepCache ?? null,
    seconds: { caption: seconds(started, captioned), stylize: seconds(captioned, now), total: seconds(started, now) },
  };
}

async function pickVariant(bench: Workbench, content: EnginePicture, asked: VariantChoice): Promise<Variant> {
  if (asked !== "auto") return asked;
  const { prominent } = await bench.engine.findFaces(content);
  return paperChoice(prominent ? "face" : "non-face").variant;
}

async function describeAll(
  bench: Workbench,
  shares: readonly StyleShare[],
  options: StylizeOptions,
): Promise<readonly PaintingWords[]> {
  const words: PaintingWords[] = [];
  for (const { picture } of shares) words.push(await describe(bench, picture, options));
  return words;
}

/** The person's own words, or else the captioner's. */
async function describe(bench: Workbench, image: EnginePicture, options: StylizeOptions): Promise<PaintingWords> {
  const prompt = options.prompt?.trim();
  if (prompt) return { description: null, ownWords: [prompt] };
  const { text, note } = await bench.engine.describe({ image, faithful: options.faithful }, { signal: bench.signal });
  if (note !== undefined) process.stderr.write(`${note}\n`);
  return { description: text, ownWords: [] };
}
