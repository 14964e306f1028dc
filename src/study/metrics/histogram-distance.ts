/** How far the colours of two pictures are from each other as histograms that know no lightness (HistoGAN, Afifi et al. 2021). */
import type { RgbImage } from "../../images/rgb-image.ts";
import { floatsOf, floatTensor, Graph, op, openSession, type Tensor } from "../../onnx/index.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import { bilinearPlanes, unitPlanes } from "./unit-planes.ts";

const BINS = 64;
/** Log ratios of two channels that the bins reach to, and how broad a pixel is among them. */
const REACH = 3;
const SIGMA = 0.02;
/** Larger pictures are squeezed to a square of this side, as the protocol of StyleID has it. */
const LARGEST = 256;
const EPSILON = 1e-6;
const PLACES = Float64Array.from({ length: BINS }, (_, i) => -REACH + (2 * REACH * i) / (BINS - 1));

/**
 * RGB-uv histogram: for each channel by its log ratios to the other two, weighted by intensity; together 1. As distances do not
 * ask for the order of bins, a ratio is taken once for both of its channels: green to red has red to green's bins, backwards.
 */
type UvHistogram = Float64Array;

/** Hellinger distance of two histograms: 0 for the same colours in the same shares, 1 for none in common. */
export function histogramDistance(one: UvHistogram, other: UvHistogram): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (Math.sqrt(one[i]!) - Math.sqrt(other[i]!)) ** 2;
  return Math.sqrt(sum / 2);
}

export async function uvHistogram(image: RgbImage, sessions: SessionPool): Promise<UvHistogram> {
  const isLarge = Math.max(image.width, image.height) > LARGEST;
  const planes = isLarge ? bilinearPlanes(image, { width: LARGEST, height: LARGEST }) : unitPlanes(image);
  const area = planes.length / 3;
  const histogram = new Float64Array(3 * BINS * BINS);
  for (let start = 0; start < area; start += TOGETHER) {
    const sums = await addedUp(ratiosOf(planes, start), sessions);
    for (const [i, value] of sums.entries()) histogram[i]! += value;
  }
  const sum = histogram.reduce((total, value) => total + value, 0) + EPSILON;
  return histogram.map((value) => value / sum);
}

/** Pixels that are added in one go. */
const TOGETHER = 4096;

/** What pixels give to the bins of each ratio, [TOGETHER, BINS]; `weighted`: times their intensity. */
interface Ratios {
  readonly redBlue: Float32Array;
  readonly greenBlue: Float32Array;
  readonly weighted: Readonly<Record<"redGreen" | "redBlue", Float32Array>>;
}

/** Of the pixels from `start`; beyond the last pixel there is nothing to add. */
function ratiosOf(planes: Float32Array, start: number): Ratios {
  const area = planes.length / 3;
  const bins = (): Float32Array => new Float32Array(TOGETHER * BINS);
  const [redBlue, greenBlue] = [bins(), bins()];
  const weighted = { redGreen: bins(), redBlue: bins() };
  for (let k = 0; k < Math.min(TOGETHER, area - start); k++) {
    const value = (channel: number): number => planes[channel * area + start + k]!;
    const [r, g, b] = [value(0), value(1), value(2)];
    const [red, green, blue] = [Math.log(r + EPSILON), Math.log(g + EPSILON), Math.log(b + EPSILON)];
    const intensity = Math.sqrt(r * r + g * g + b * b + EPSILON);
    spread(weighted.redGreen, k * BINS, red - green, intensity);
    spread(weighted.redBlue, k * BINS, red - blue, intensity);
    spread(redBlue, k * BINS, red - blue, 1);
    spread(greenBlue, k * BINS, green - blue, 1);
  }
  return { redBlue, greenBlue, weighted };
}

/** What a pixel gives to each bin: an inverse quadratic of its distance. */
function spread(out: Float32Array, start: number, place: number, weight: number): void {
  for (let i = 0; i < BINS; i++) {
    const distance = (place - PLACES[i]!) / SIGMA;
    out[start + i] = weight / (1 + distance * distance);
  }
}

/** Of each pair of ratios, the products of what pixels give to both, summed over the pixels: three times [BINS, BINS]. */
async function addedUp({ redBlue, greenBlue, weighted }: Ratios, sessions: SessionPool): Promise<Float32Array> {
  const recipe = () => ({ bytes: 0, open: () => openSession(productsOfRatios()) });
  const tensor = (data: Float32Array): Tensor => floatTensor("float32", { data, shape: [TOGETHER, BINS] });
  return sessions.use("uv-histogram", recipe, async (session) => {
    const { sums } = await session.run({
      redBlue: tensor(redBlue),
      greenBlue: tensor(greenBlue),
      weightedRedGreen: tensor(weighted.redGreen),
      weightedRedBlue: tensor(weighted.redBlue),
    });
    return floatsOf(sums!).data;
  });
}

function productsOfRatios(): Graph {
  const graph = new Graph("uv-histogram");
  const input = (name: string) => graph.input(name, "float32", [TOGETHER, BINS]);
  const [redBlue, greenBlue] = [input("redBlue"), input("greenBlue")];
  const [weightedRedGreen, weightedRedBlue] = [input("weightedRedGreen"), input("weightedRedBlue")];
  const products = [
    op.gemm(weightedRedGreen, redBlue, null, { transA: true }),
    op.gemm(weightedRedGreen, greenBlue, null, { transA: true }),
    op.gemm(weightedRedBlue, greenBlue, null, { transA: true }),
  ];
  graph.output("sums", op.concat(products, 0));
  return graph;
}
