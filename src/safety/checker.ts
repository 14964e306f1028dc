/** Who says whether a picture may be for adults alone: Stable Diffusion's own checker where it is installed, else the small one. */
import path from "node:path";

import { UserError } from "../errors.ts";
import { exists } from "../exists.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { SessionPool } from "../onnx/session-pool.ts";
import { SAFETY_CHECKER, type SafetySetting } from "../safety-setting.ts";
import { isUnsafeToSmallChecker, SMALL_CHECKER } from "./small-checker.ts";
import { StableDiffusionChecker } from "./stable-diffusion-checker.ts";

export interface SafetyChecker {
  /** Names network and rule: verdicts are kept by it. */
  readonly id: string;
  isUnsafe(picture: RgbImage): Promise<boolean>;
}

/** Always there, and quick: what previews are looked at with. */
export const smallChecker = (sessions: SessionPool): SafetyChecker => ({
  id: SMALL_CHECKER,
  isUnsafe: (picture) => isUnsafeToSmallChecker(picture, sessions),
});

/**
 * @returns `null` where the setting says `off`
 * @throws UserError where it asks for a checker that is not installed; EngineError where its files are broken
 */
export async function openSafetyChecker(
  setting: SafetySetting,
  modelsDir: string,
  sessions: SessionPool,
): Promise<SafetyChecker | null> {
  if (setting === "off") return null;
  const folder = path.join(modelsDir, SAFETY_CHECKER);
  const isInstalled = await exists(path.join(folder, "model.safetensors"));
  if (setting === "stable-diffusion" && !isInstalled)
    throw new UserError(
      "not-installed",
      `SAFETY=stable-diffusion needs \`atelier models install ${SAFETY_CHECKER}\`; SAFETY=auto takes the best that is installed.`,
    );
  if (setting === "small" || !isInstalled) return smallChecker(sessions);
  const checker = await StableDiffusionChecker.open(folder, sessions);
  return { id: SAFETY_CHECKER, isUnsafe: async (picture) => (await checker.check(picture)).flagged };
}
