/** How large HD may be on this machine. */
import os from "node:os";

import { HD_SIDE, LARGE_HD_SIDE } from "../hd.ts";
import type { StylizerId } from "../painting.ts";

/**
 * What an engine's process takes for a picture of `LARGE_HD_SIDE`, bytes, beside open networks: the embedded one 1.5 GB, as
 * measured; Stable Diffusion four feature maps of the decoder's last level, the largest of 4.3 GB.
 */
const LARGE_BYTES: Readonly<Record<StylizerId, number>> = { embedded: 1.5e9, diffusion: 11e9 };

/** Of this machine's memory, for one picture. */
const MOST = 0.5;

/** Of the machine, or of the container. */
const memoryHere = (): number => Math.min(os.totalmem(), process.constrainedMemory() || Infinity);

/**
 * Long side of the largest picture that is painted in HD, pixels.
 *
 * @param networkBytes what open networks may hold
 */
export function largestSide(stylizer: StylizerId, networkBytes: number, memory = memoryHere()): number {
  const free = stylizer === "embedded" ? memory : memory - networkBytes;
  return LARGE_BYTES[stylizer] <= MOST * free ? LARGE_HD_SIDE : HD_SIDE;
}
