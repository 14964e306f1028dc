/** The classifier that comes with the project, for machines without Stable Diffusion's own safety checker. */
import { NSFW_CLASSES, NSFW_SIDE, nsfwMobileNet, readNsfwWeights } from "../../models/nsfw-mobilenet.ts";
import { pipeline, resizeTo } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { floatsOf, floatTensor, openSession } from "../onnx/index.ts";
import type { SessionPool } from "../onnx/session-pool.ts";

/** How likely each class is; together 1. */
export type NsfwShares = Readonly<Record<(typeof NSFW_CLASSES)[number], number>>;

/** What its session holds, bytes: its weights as real numbers, and its largest pictures. */
const BYTES = 24e6;

/** Names the network and the rule below; another rule gets another name, as verdicts are kept by it. */
export const SMALL_CHECKER = "nsfw-mobilenet-1";

/**
 * Share of porn and hentai above which a picture is held to be for adults alone, plain and blurred: 0.43 is the most
 * among 179 pictures that are not (docs/decisions/0067).
 */
const LIMIT = 0.7;
/** Of the blurred look, pixels of the square: dense texture, which the network takes for drawings of one kind, is gone. */
const BLUR_SIGMA = 1.5;

/** Whether both looks are above the limit: the second is spared where the first is not. */
export async function isUnsafeToSmallChecker(picture: RgbImage, sessions: SessionPool): Promise<boolean> {
  const square = await resizeTo(picture, NSFW_SIDE, NSFW_SIDE);
  if (!isExplicit(await sharesOf(square, sessions))) return false;
  return isExplicit(await sharesOf(await blurred(square), sessions));
}

/** What the rule says of one look. Being scantily dressed (`sexy`) is no reason. */
export const isExplicit = ({ porn, hentai }: Pick<NsfwShares, "porn" | "hentai">): boolean => porn + hentai > LIMIT;

/** What a picture shows, as the classifier sees it: squeezed to a square. */
export const nsfwShares = async (picture: RgbImage, sessions: SessionPool): Promise<NsfwShares> =>
  sharesOf(await resizeTo(picture, NSFW_SIDE, NSFW_SIDE), sessions);

async function sharesOf({ data }: RgbImage, sessions: SessionPool): Promise<NsfwShares> {
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

async function blurred(square: RgbImage): Promise<RgbImage> {
  const { data } = await pipeline(square).blur(BLUR_SIGMA).raw().toBuffer({ resolveWithObject: true });
  return { ...square, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
