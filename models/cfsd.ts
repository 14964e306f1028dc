/**
 * CFSD (Chung, Hyun and Heo 2024, from the code of StyleID): whether the places of a picture are alike and unlike each other
 * as those of its content are, in the features of VGG-19's third block.
 */
import { Graph, op, type Value } from "../src/onnx/index.ts";

/** Which of `vggFeatures`. */
export const CFSD_BLOCK = 3;

/** A picture's features as CFSD multiplies them: [H W, C], in parts of C. @param features [1, C, H, W] */
export function cfsdPlaces(features: Value): Value {
  const [, channels, height, width] = features.shape as [number, number, number, number];
  const rows = op.transpose(op.reshape(features, [channels, height * width]), [1, 0]);
  return op.scale(rows, 1 / channels);
}

/**
 * For `rows` of the places of a picture, how far their likenesses to all places are from the content's. Inputs `result` and
 * `content` [places, channels], and the `rows` of each as `resultRows` and `contentRows`. With p the result's and q the
 * content's likenesses (softmax), and d what their exponents differ by, KL(q || p) = Σ q d - log(1 + Σ p (exp d - 1)): outputs
 * `first` and `second` [rows] are the two sums. Both are small where the pictures are alike, so nothing is lost to rounding as
 * in a difference of logarithms.
 */
export function cfsdRows(places: number, channels: number, rows: number): Graph {
  const graph = new Graph("cfsd");
  const input = (name: string, count: number): Value => graph.input(name, "float32", [count, channels]);
  const likeness = (name: string): Value =>
    op.gemm(input(`${name}Rows`, rows), input(name, places), null, { transB: true });
  const [result, content] = [likeness("result"), likeness("content")];
  const difference = op.sub(content, result);
  const grown = op.shift(op.exp(difference), -1);
  graph.output("first", op.reduceSum(op.mul(op.softmax(content), difference), [1], false));
  graph.output("second", op.reduceSum(op.mul(op.softmax(result), grown), [1], false));
  return graph;
}
