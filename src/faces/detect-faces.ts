/** Whether a picture shows a face that people would look at first: `variant: auto` asks. */
import type { RgbImage } from "../images/rgb-image.ts";
import type { SessionPool } from "../onnx/session-pool.ts";
import type { FaceReport } from "./face-report.ts";
import { searchFaces } from "./search-faces.ts";

/** Of the picture: smaller faces are not what it is of, and a crowd of them is a crowd. */
const PROMINENT_SHARE = 0.01;
/** Share of the long side: the least height of faces that have to be found for that. */
const SMALLEST = 0.05;

/**
 * Finds the human faces that may be prominent, at a quick look: five tiles and a few second looks at most, 60 ms on one
 * quiet core, and some tenths of a second to open the network.
 *
 * @throws EngineError when the network cannot be opened; the next call tries again
 */
export async function detectFaces(image: RgbImage, sessions: SessionPool): Promise<FaceReport> {
  const faces = await searchFaces(image, sessions, SMALLEST * Math.max(image.width, image.height));
  const least = PROMINENT_SHARE * image.width * image.height;
  return { prominent: faces.some((face) => face.width * face.height >= least), faces };
}
