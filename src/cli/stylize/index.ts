/**
 * `atelier stylize CONTENT... STYLE` and `atelier paint CONTENT... --with linocut`: the whole of the bot's work on files.
 *
 * Face of this room: which pictures, where results go, and how one after the other is painted each have a file.
 */
import path from "node:path";

import type { Command } from "commander";

import { readConfig } from "../../config.ts";
import type { Blended } from "../../blend.ts";
import { UserError } from "../../errors.ts";
import { INSTALL_CONTOURS } from "../../image-adapter-folder.ts";
import { GALLERY, galleryStyle, type ShippedPicture } from "../../jobs/gallery.ts";
import { stylePathWords } from "../../painting.ts";
import { expectLoras, expectSpeedFits } from "../../painting-wishes.ts";
import { exitCodeOf } from "../exit.ts";
import { expectFile } from "../input-file.ts";
import { lookFirst } from "../usage.ts";
import { contentFiles, expectContent } from "./contents.ts";
import { paintAll, type StylizeReport } from "./paint-all.ts";
import { destinationOf, expectDestination } from "./results.ts";
import { expectHdFits, settingsOf, type StylizeOptions, withSettings } from "./settings.ts";
import { type BlendOptions, expectBlend, expectTokenFits, weighed, withBlend } from "./styles.ts";

const CONTENT_HELP = "the picture to repaint; several, or a folder of them, at a time";

/** The one argument of both, as commander gives it. */
type Contents = [readonly string[]];

export function registerStylize(program: Command): void {
  const command = withSettings(withBlend(program.command("stylize"), "a picture"))
    .usage("[options] <content...> <style>")
    .description("repaint pictures in the style of another")
    .argument("<content...>", `${CONTENT_HELP}; the last one is the picture whose style they take`)
    .action((given: readonly string[], options: Options) => {
      const styles = [given.at(-1)!, ...(options.and ?? [])].map(ofFile);
      return perform(given.slice(0, -1), weighed(styles, options), options);
    });
  lookFirst(command, (options: Options, given: Contents | null) => {
    const places = given?.[0] ?? [];
    // Of one picture alone it is not known which it is.
    const contents = places.length < 2 ? places : places.slice(0, -1);
    const style = places[contents.length];
    return [
      ...looksAtContents(contents),
      async () => given && (style === undefined ? missingStyle() : expectFile(style)),
      ...(options.and ?? []).map((file) => () => expectFile(file)),
      ...looksAtSettings(options),
      looksAtOutput(options, contents),
    ];
  });
}

/** `atelier paint PICTURE --with linocut`: the same with a style of the gallery. */
export function registerPaint(program: Command): void {
  const command = withSettings(withBlend(program.command("paint"), "of the gallery as well"))
    .description("repaint pictures in a style of the gallery")
    .argument("<content...>", CONTENT_HELP)
    .requiredOption("--with <style>", `one of ${NAMES}`)
    .action((given: readonly string[], options: PaintOptions) => {
      const styles = [options.with, ...(options.and ?? [])].map(ofGallery);
      return perform(given, weighed(styles, options), options);
    });
  lookFirst(command, (options: Options & { readonly with?: string }, given: Contents | null) => {
    const contents = given?.[0] ?? [];
    return [
      ...looksAtContents(contents),
      () => options.with !== undefined && ofGallery(options.with),
      ...(options.and ?? []).map((name) => () => ofGallery(name)),
      ...looksAtSettings(options),
      looksAtOutput(options, contents),
    ];
  });
}

const NAMES = GALLERY.map(({ name }) => name).join(", ");

type Options = StylizeOptions & BlendOptions;

interface PaintOptions extends Options {
  readonly with: string;
}

const ofFile = (file: string): ShippedPicture => ({ file, name: path.parse(file).name });

/** @throws UserError */
function ofGallery(name: string): ShippedPicture {
  const style = galleryStyle(name);
  if (style) return style;
  throw new UserError("style-unknown", `The gallery has no style “${name}”. It has ${NAMES}.`);
}

/** @throws UserError */
function missingStyle(): never {
  throw new UserError("no-style", "Missing required argument 'style': the picture whose style it takes comes last.");
}

const looksAtContents = (places: readonly string[]): (() => Promise<void>)[] =>
  places.map((place) => () => expectContent(place));

const looksAtSettings = (options: Options): (() => unknown)[] => [
  () => expectBlend(options),
  () => expectTokenFits(options),
  () => expectLoras(settingsOf(options).loras),
  () => expectSpeedFits(settingsOf(options)),
  () => expectHdFits(options),
  async () => options.token !== undefined && expectFile(options.token),
  () => readConfig(),
];

const looksAtOutput =
  ({ output }: StylizeOptions, contents: readonly string[]): (() => Promise<void>) =>
  async () => {
    // A folder without pictures is told of by another look.
    const files = await contentFiles(contents).catch(() => []);
    await expectDestination(await destinationOf(output, files.length > 1));
  };

async function perform(
  places: readonly string[],
  styles: Blended<ShippedPicture>,
  options: StylizeOptions,
): Promise<void> {
  const contents = await contentFiles(places);
  const destination = await destinationOf(options.output, contents.length > 1);
  await paintAll(
    { contents, styles, destination, options },
    {
      painted: (report) => console.log(options.json ? JSON.stringify(report) : `${report.output}: ${summary(report)}`),
      refused: (error) => (process.exitCode = exitCodeOf(error)),
    },
  );
}

function summary({ width, height, variant, engine, seed, ...how }: StylizeReport): string {
  const { stylePath, contours, stepCache, seconds, styles } = how;
  const blend = styles.length > 1 ? `${styles.map(shareWords).join(", ")}, ` : "";
  const way = stylePath === "styleshot" ? `style by ${stylePathWords(stylePath, contours ?? undefined)}, ` : "";
  const cache = stepCache === null ? "" : `step cache ${stepCache}, `;
  const advice = contours === false ? `\nTo keep the picture's contours: ${INSTALL_CONTOURS}` : "";
  const size = `${width} x ${height}${how.hd ? " in HD" : ""}`;
  return `${size}, ${variant} by the ${engine} engine, seed ${seed}, ${blend}${way}${cache}${seconds.total.toFixed(1)} s${advice}`;
}

const shareWords = ({ name, weight }: StylizeReport["styles"][number]): string =>
  `${name} ${Math.round(100 * weight)} %`;
