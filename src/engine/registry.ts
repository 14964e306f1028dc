/** Which stylizer and which describer an engine's process gets, from the settings and what is installed. */
import { PaletteDescriber } from "../caption/palette/palette-describer.ts";
import { messageOf, UserError } from "../errors.ts";
import { detectFaces } from "../images/faces.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import { findDiffusionCheckpoint, openDiffusion } from "../stylize/diffusion.ts";
import { EmbeddedStylizer } from "../stylize/embedded/index.ts";
import type { Stylizer } from "../stylize/stylizer.ts";
import type { PartsOptions } from "./messages.ts";
import type { BuildParts, Report } from "./parts.ts";

const GIGABYTE = 1e9;

/** @throws UserError when the settings name an engine or a captioner that is not installed; EngineError when it is broken */
export const buildParts: BuildParts = async (options, report) => {
  const { CAPTIONER, MODEL_MEMORY, device } = options;
  const stylizer = await openStylizer(options, new SessionPool(MODEL_MEMORY * GIGABYTE), report);
  const simpleDescriber = new PaletteDescriber();
  if (CAPTIONER !== "auto" && CAPTIONER !== simpleDescriber.id) throw notInstalled("CAPTIONER", CAPTIONER);
  const stylizerDevice = stylizer.id === "embedded" ? "cpu" : device;
  return {
    stylizer,
    describer: simpleDescriber,
    simpleDescriber,
    findFaces: detectFaces,
    device: stylizerDevice,
    parallelStages: stylizerDevice !== "cpu",
  };
};

/** With `auto`, a checkpoint that cannot be opened is told and done without: there is always an engine. */
async function openStylizer(options: PartsOptions, sessions: SessionPool, report: Report): Promise<Stylizer> {
  const { ENGINE, MODELS_DIR, PRECISION, device } = options;
  if (ENGINE === "embedded") return new EmbeddedStylizer();
  const checkpoint = await findDiffusionCheckpoint(MODELS_DIR);
  if (ENGINE === "diffusion" && !checkpoint) throw notInstalled("ENGINE", ENGINE);
  if (!checkpoint) return new EmbeddedStylizer();
  try {
    return await openDiffusion({ checkpoint, device, precision: PRECISION, sessions });
  } catch (error) {
    if (ENGINE === "diffusion") throw error;
    report("warn", `the embedded engine is used, as the checkpoint ${checkpoint.path} cannot be: ${messageOf(error)}`);
    return new EmbeddedStylizer();
  }
}

const notInstalled = (setting: string, value: string): UserError =>
  new UserError(
    "not-installed",
    `${setting}=${value} needs a checkpoint that is not installed. Install one with \`atelier models install\`, or set ${setting}=auto.`,
  );
