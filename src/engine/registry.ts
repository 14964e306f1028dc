/** Which stylizer and which describer an engine's process gets, from the settings and what is installed. */
import { PaletteDescriber } from "../caption/palette/palette-describer.ts";
import { UserError } from "../errors.ts";
import { detectFaces } from "../images/faces.ts";
import { EmbeddedStylizer } from "../stylize/embedded/index.ts";
import type { BuildParts } from "./parts.ts";

/** @throws UserError when the settings name an engine or a captioner that is not installed */
export const buildParts: BuildParts = async ({ ENGINE, CAPTIONER }) => {
  if (ENGINE === "diffusion") throw notInstalled("ENGINE=diffusion");
  const simpleDescriber = new PaletteDescriber();
  if (CAPTIONER !== "auto" && CAPTIONER !== simpleDescriber.id) throw notInstalled(`CAPTIONER=${CAPTIONER}`);
  return {
    stylizer: new EmbeddedStylizer(),
    describer: simpleDescriber,
    simpleDescriber,
    findFaces: detectFaces,
    device: "cpu",
    parallelStages: false,
  };
};

const notInstalled = (setting: string): UserError =>
  new UserError(
    "not-installed",
    `${setting} needs a checkpoint that is not installed. Install one with \`atelier models install\`, or set it to auto.`,
  );
