/** The classifier that comes with the project, for machines without Stable Diffusion's own safety checker. */
import { NSFW_CLASSES, NSFW_SIDE, nsfwMobileNet, readNsfwWeights } from "../../models/nsfw-mobilenet.ts";
import { resizeTo } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { floatsOf, floatTensor, openSession } from "../onnx/index.ts";
import type { SessionPool } from "../onnx/session-pool.ts";

/** How likely each class is; together 1. */
export type NsfwShares = Readonly<Record<(typeof NSFW_CLASSES)[number], number>>;

/** What its session holds, bytes: its weights as real numbers, and its largest pictures. */
const BYTES = 24e6;

/** What a picture shows, as the classifier sees it: squeezed to a square. */
export async function nsfwShares(picture: RgbImage, sessions: SessionPool): Promise<NsfwShares> {
  const { data } = await resizeTo(picture, NSFW_SIDE, NSFW_SIDE);
  const area = NSFW_SIDE ** 2;
  const rgb = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) rgb[c * area + i] = data[3 * i + c]! / 255;
  const recipe = () => ({ bytes: BYTES, open: () => openSession(nsfwMobileNet(readNsfwWeights())) });
  return sessions.use("nsfw-mobilenet", recipe, async (session) => {
    const { classes } = await session.run({
      rgb: floatTensor("float32", { data: rgb, shape: [1, 3, NSFW_SIDE, NSFW_SIDE] }),
    });
    const shares = floatsOf(classes!).data;
    return Object.fromEntries(NSFW_CLASSES.map((name, i) => [name, shares[i]!])) as NsfwShares;
  });
}
