/** Which stylizer and which describer an engine's process gets, from the settings and what is installed. */
import { PALETTE, PaletteDescriber } from "../caption/palette/palette-describer.ts";
import { messageOf, UserError } from "../errors.ts";
import { detectFaces } from "../faces/detect-faces.ts";
import type { TryDevice } from "../onnx/device-forms.ts";
import { keptTrials } from "../onnx/kept-trials.ts";
import { Overflows } from "../onnx/overflows.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import { findDiffusionCheckpoint } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { EmbeddedStylizer } from "../stylize/embedded/index.ts";
import { likenessVector, STYLE_NETWORK } from "../stylize/embedded/network/likeness.ts";
import { StyleNetwork } from "../stylize/embedded/network/style-network.ts";
import type { Stylizer } from "../stylize/stylizer.ts";
import type { DecodePreview } from "../stylize/diffusion/tiny-decoder.ts";
import { captionerDevice, findCaptioner, openCaptioner } from "./captioners.ts";
import type { PartsOptions } from "./messages.ts";
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

/** @throws UserError when the settings name an engine or a captioner that is not installed; EngineError when it is broken */
export const buildParts: BuildParts = async (options, report) => {
  const { CAPTIONER, CAPTION_TOKENS, DATA_DIR, MODELS_DIR, MODEL_MEMORY, PRECISION, device } = options;
  const sessions = new SessionPool(MODEL_MEMORY * GIGABYTE, (text) => report("warn", text));
  const note = (text: string): void => report("info", text);
  const overflows = new Overflows({ file: overflowsFile(DATA_DIR), note });
  const shared: Shared = { sessions, tryDevice: keptTrials(devicesFolder(DATA_DIR)), overflows, note };
  const styleNetwork = new StyleNetwork(sessions);
  const simpleDescriber = new PaletteDescriber();
  const captioner = CAPTIONER === PALETTE ? null : await findCaptioner(MODELS_DIR, CAPTIONER);
  if (!captioner && CAPTIONER !== "auto" && CAPTIONER !== PALETTE) throw notInstalled("CAPTIONER", CAPTIONER);
  const wanted = { maxTokens: CAPTION_TOKENS, device, precision: PRECISION, ...shared };
  const describerDevice = captioner ? await captionerDevice(captioner, wanted) : "cpu";
  const describer = captioner
    ? await openCaptioner(captioner, { ...wanted, device: describerDevice })
    : simpleDescriber;
  const stylizer = await openStylizer(options, shared, report);
  const stylizerDevice = stylizer.id === "embedded" ? "cpu" : device;
  return {
    stylizer,
    describer,
    simpleDescriber,
    findFaces: (image) => detectFaces(image, sessions),
    styleNetwork: STYLE_NETWORK,
    seeStyle: async (image) => likenessVector(await styleNetwork.styleVector(image)),
    device: stylizerDevice,
    parallelStages: stylizerDevice !== describerDevice,
  };
};

/** With `auto`, a checkpoint that cannot be opened is told and done without: there is always an engine. */
async function openStylizer(options: PartsOptions, shared: Shared, report: Report): Promise<Stylizer> {
  const { sessions } = shared;
  const { ENGINE, ENGINE_PARTS, MODELS_DIR, PRECISION, STEP_CACHE: stepCache, device } = options;
  const embedded = (): Stylizer => new EmbeddedStylizer({ sessions, parts: ENGINE_PARTS });
  if (ENGINE === "embedded") return embedded();
  try {
    const checkpoint = await findDiffusionCheckpoint(MODELS_DIR);
    if (ENGINE === "diffusion" && !checkpoint) throw notInstalled("ENGINE", ENGINE);
    if (!checkpoint) return embedded();
    const { openDiffusion } = await import("../stylize/diffusion/diffusion.ts");
    const { StylizerWithLoras } = await import("../stylize/diffusion/lora/stylizer-with-loras.ts");
    const decodePreview = await openPreviews(options, sessions, report);
    const how = { device, precision: PRECISION, decodePreview, stepCache, ...shared };
    return new StylizerWithLoras(await openDiffusion({ checkpoint, ...how }), MODELS_DIR);
  } catch (error) {
    if (ENGINE === "diffusion") throw error;
    report("warn", `the embedded engine is used, as the checkpoint cannot be: ${messageOf(error)}`);
    return embedded();
  }
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
