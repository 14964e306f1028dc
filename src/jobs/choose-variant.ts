/** Which variant `auto` takes. A port: what learns from votes takes the place of the paper's finding. */
import type { Variant } from "../variant.ts";
import type { Job } from "./job.ts";
import type { FaceVerdict } from "./repositories.ts";

export interface ChosenVariant {
  readonly variant: Variant;
  /** Completes the sentence "chosen because …", for people. */
  readonly reason: string;
}

/** @param face `null` when it could not be found out */
export type ChooseVariant = (job: Job, face: FaceVerdict | null) => ChosenVariant | Promise<ChosenVariant>;

/** The paper's finding: people prefer the description alone where there is a prominent face, else both together. */
export const choosePaperVariant: ChooseVariant = (_job, face) => {
  if (!face) return { variant: "image-prompt", reason: "it suits most pictures (faces could not be looked for)" };
  return face.prominent
    ? { variant: "prompt", reason: "there is a face in the picture, and faces keep their features best that way" }
    : { variant: "image-prompt", reason: "there is no prominent face in the picture, and it suits most others best" };
};
