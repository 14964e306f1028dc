/** What an engine's process is made of. */
import type { StyleDescriber } from "../caption/describer.ts";
import type { FaceReport } from "../faces/face-report.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { SafetyChecker } from "../safety/checker.ts";
import type { Stylizer } from "../stylize/stylizer.ts";
import type { PartsOptions } from "./messages.ts";

export interface EngineParts {
  readonly stylizer: Stylizer;
  readonly describer: StyleDescriber;
  /** Takes over when `describer` fails; needs no weights. */
  readonly simpleDescriber: StyleDescriber;
  readonly findFaces: (image: RgbImage) => Promise<FaceReport>;
  /** Who says which pictures are unsafe, `null`: nobody; and who does so quickly, of previews. */
  readonly safety: { readonly checker: SafetyChecker; readonly quick: SafetyChecker } | null;
  /** Id of the network behind `seeStyle`. */
  readonly styleNetwork: string;
  /** A picture's style as a vector of unit length. */
  readonly seeStyle: (image: RgbImage) => Promise<Float32Array>;
  /** Of HD, in EngineInfo's sense. */
  readonly largestSide: number;
  /** The device in use, in EngineInfo's sense. */
  readonly device: string;
  /** Whether describing and stylizing may run at the same time. */
  readonly parallelStages: boolean;
}

/** Tells the bot's log something. */
export type Report = (level: "error" | "warn" | "info" | "debug", text: string) => void;

/** Makes the parts; quick, as weights are read when they are first needed. @throws UserError, EngineError */
export type BuildParts = (options: PartsOptions, report: Report) => Promise<EngineParts>;
