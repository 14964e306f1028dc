/** Which stylizer and which describer an engine's process gets, from the settings and what is installed. */
import { PALETTE, PaletteDescriber } from "../caption/palette/palette-describer.ts";
import { messageOf, UserError } from "../errors.ts";
import { detectFaces } from "../faces/detect-faces.ts";
import type { TryDevice } from "../onnx/device-forms.ts";
import { keptTrials } from "../onnx/kept-trials.ts";
import { limitThreads } from "../onnx/index.ts";
import { Overflows } from "../onnx/overflows.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import { findDiffusionCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { type AdapterPlace, installedImageAdapter } from "../image-adapter-folder.ts";
import type { ImageAdapterPath } from "../painting.ts";
import { EmbeddedStylizer } from "../stylize/embedded/index.ts";
import { likenessVector, STYLE_NETWORK } from "../stylize/embedded/network/likeness.ts";
import { StyleNetwork } from "../stylize/embedded/network/style-network.ts";
import { openSafetyChecker, smallChecker } from "../safety/checker.ts";
import type { Stylizer } from "../stylize/stylizer.ts";
import type { DecodePreview } from "../stylize/diffusion/tiny-decoder.ts";
import { captionerDevice, findCaptioner, openCaptioner } from "./captioners.ts";
import { cardBudget, readCard } from "./card.ts";
import type { PartsOptions } from "./messages.ts";
import { largestSide } from "./largest-side.ts";
import { devicesFolder, overflowsFile } from "./devices-folder.ts";
import type { BuildParts, Report } from "./parts.ts";

const GIGABYTE = 1e9;

/** What describing and painting have in common. */
interface Shared {
  readonly sessions: SessionPool;
  readonly tryDevice: TryDevice;
  readonly overflows: Overflows;
  /** Tells the log. */
  readonly note: (text: string) => void;
}

/** Asked for when there is a network to run on the device: its memory is looked at then. */
type Share = () => Promise<Shared>;

/** @throws UserError when the settings name an engine or a captioner that is not installed; EngineError when it is broken */
export const buildParts: BuildParts = async (options, report) => {
  const {
    CAPTIONER,
    CAPTION_TOKENS,
    DATA_DIR,
    MODELS_DIR,
    MODEL_MEMORY,
    PRECISION,
    THREADS: threads,
    device,
  } = options;
  limitThreads(threads);
  const sessions = new SessionPool(MODEL_MEMORY * GIGABYTE, (text) => report("warn", text));
  const note = (text: string): void => report("info", text);
  const overflows = new Overflows({ file: overflowsFile(DATA_DIR), note });
  const others = { tryDevice: keptTrials(devicesFolder(DATA_DIR)), overflows, note };
  let asked: Promise<SessionPool> | undefined;
  const share: Share = async () => {
    if (device === "cpu") return { sessions, ...others };
    return { sessions: await (asked ??= poolOfCard(options, report)), ...others };
  };
  const styleNetwork = new StyleNetwork(sessions);
  const simpleDescriber = new PaletteDescriber(sessions);
  const captioner = CAPTIONER === PALETTE ? null : await findCaptioner(MODELS_DIR, CAPTIONER);
  if (!captioner && CAPTIONER !== "auto" && CAPTIONER !== PALETTE) throw notInstalled("CAPTIONER", CAPTIONER);
  const wanted = captioner && { maxTokens: CAPTION_TOKENS, threads, device, precision: PRECISION, ...(await share()) };
  const describerDevice = captioner && wanted ? await captionerDevice(captioner, wanted) : "cpu";
  const describer =
    captioner && wanted ? await openCaptioner(captioner, { ...wanted, device: describerDevice }) : simpleDescriber;
  const stylizer = await openStylizer(options, sessions, share, report);
  const checker = await openSafetyChecker(options.SAFETY ?? "off", MODELS_DIR, sessions);
  const stylizerDevice = stylizer.id === "embedded" ? "cpu" : device;
  return {
    stylizer,
    describer,
    simpleDescriber,
    findFaces: (image) => detectFaces(image, sessions),
    safety: checker && { checker, quick: smallChecker(sessions) },
    styleNetwork: STYLE_NETWORK,
    seeStyle: async (image) => likenessVector(await styleNetwork.styleVector(image)),
    largestSide: largestSide(stylizer.id, MODEL_MEMORY * GIGABYTE),
    device: stylizerDevice,
    parallelStages: stylizerDevice !== describerDevice,
  };
};

/** With `auto`, a checkpoint that cannot be opened is told and done without: there is always an engine. */
async function openStylizer(
  options: PartsOptions,
  sessions: SessionPool,
  share: Share,
  report: Report,
): Promise<Stylizer> {
  const { ENGINE, ENGINE_PARTS, MODELS_DIR, MODEL_MEMORY, PRECISION, STEP_CACHE: stepCache, THREADS, device } = options;
  const threads = THREADS === undefined ? {} : { threads: THREADS };
  const embedded = (): Stylizer => new EmbeddedStylizer({ sessions, parts: ENGINE_PARTS, ...threads });
  if (ENGINE === "embedded") return embedded();
  try {
    const checkpoint = await findDiffusionCheckpoint(MODELS_DIR);
    if (ENGINE === "diffusion" && !checkpoint) throw notInstalled("ENGINE", ENGINE);
    if (!checkpoint) return embedded();
    const { openDiffusion } = await import("../stylize/diffusion/diffusion.ts");
    const { StylizerWithLoras } = await import("../stylize/diffusion/lora/stylizer-with-loras.ts");
    const shared = await share();
    const decodePreview = await openPreviews(options, shared.sessions, report);
    const memoryBytes = MODEL_MEMORY * GIGABYTE;
    const findAdapter = (wanted: ImageAdapterPath): Promise<AdapterPlace> => installedImageAdapter(MODELS_DIR, wanted);
    const how = { device, precision: PRECISION, memoryBytes, decodePreview, stepCache, findAdapter, ...shared };
    return new StylizerWithLoras(await openDiffusion({ checkpoint, ...how }), MODELS_DIR);
  } catch (error) {
    if (ENGINE === "diffusion") throw error;
    report("warn", `the embedded engine is used, as the checkpoint cannot be: ${messageOf(error)}`);
    return embedded();
  }
}

/** Sessions within what a card has free, which is asked before any is open; within `MODEL_MEMORY` where nobody says. */
async function poolOfCard({ device, MODEL_MEMORY, CARD_MEMORY }: PartsOptions, report: Report): Promise<SessionPool> {
  const card = await readCard(device);
  const budget = cardBudget(device, card, CARD_MEMORY && CARD_MEMORY * GIGABYTE) ?? MODEL_MEMORY * GIGABYTE;
  const [free, total, holds] = [card?.freeBytes ?? 0, card?.totalBytes ?? 0, budget].map((n) => (n / 1e9).toFixed(1));
  const known = card ? `${card.name}: ${free} of ${total} GB are free; ` : "";
  report("info", `${known}networks may hold ${holds} GB on ${device}`);
  return new SessionPool(budget, (text) => report("warn", text));
}

/** Previews are worth a warning, and no more, when they cannot be sharp. */
async function openPreviews(
  { MODELS_DIR, device }: PartsOptions,
  sessions: SessionPool,
  report: Report,
): Promise<DecodePreview | null> {
  try {
    const { openTinyDecoder } = await import("../stylize/diffusion/tiny-decoder.ts");
    return await openTinyDecoder(MODELS_DIR, { device, sessions });
  } catch (error) {
    report("warn", `previews are coarse, as the small decoder cannot be used: ${messageOf(error)}`);
    return null;
  }
}

const notInstalled = (setting: string, value: string): UserError =>
  new UserError(
    "not-installed",
    `${setting}=${value} needs a checkpoint that is not installed. ` +
      `\`atelier models\` lists what there is; ${setting}=auto takes the best that is installed.`,
  );
