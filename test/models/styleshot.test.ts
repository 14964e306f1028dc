/** StyleShot's encoder at its published size: which weights it asks for, counted. */
import { describe, expect, it } from "vitest";

import { clipVisionConfigSchema } from "../../models/clip-vision.ts";
import { STYLE_PATCHES, STYLE_POSITIONS, styleVectors } from "../../models/styleshot.ts";
import type { TensorSource } from "../../src/onnx/files/tensor-source.ts";
import { Graph } from "../../src/onnx/index.ts";
import { Weights } from "../../src/onnx/weights.ts";

/** CLIP ViT-H/14, as its publisher sets it up. */
const TOWER = clipVisionConfigSchema.parse({
  hidden_size: 1280,
  intermediate_size: 5120,
  num_hidden_layers: 32,
  num_attention_heads: 16,
  patch_size: 14,
  projection_dim: 1024,
  hidden_act: "gelu",
});
/** Output channels of the blocks that see patches of each size. */
const BODIES = [
  [320, 640, 640, 640, 1280, 1280],
  [320, 640, 640, 1280, 1280],
  [320, 640, 1280, 1280],
];

/** The convolutional networks of the authors' source. */
function patchNetworks(): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  const layer = (name: string, ...shape: number[]): void => {
    shapes.set(`${name}.weight`, shape).set(`${name}.bias`, [shape[0]!]);
  };
  for (const [n, body] of BODIES.entries()) {
    layer(`cnn.${n}.conv_in`, 320, 192, 3, 3);
    for (const [i, channels] of body.entries()) {
      const before = body[i - 1] ?? 320;
      if (channels !== before) layer(`cnn.${n}.body.${i}.in_conv`, channels, before, 1, 1);
      layer(`cnn.${n}.body.${i}.block1`, channels, channels, 3, 3);
      layer(`cnn.${n}.body.${i}.block2`, channels, channels, 1, 1);
    }
    layer(`cnn.${n}.adapter`, 1280, 1280);
  }
  return shapes;
}

describe("StyleShot's style-aware encoder", () => {
  it("asks for as many weights as the published file holds", () => {
    const known = patchNetworks();
    const asked = new Map<string, number>();
    const source: TensorSource = {
      label: "published",
      names: [...known.keys()],
      find(name, wanted) {
        if (name === "image_encoder.visual_projection.bias") return undefined;
        // Of the tower the shape is whatever is wanted of it; at first only whether there is one.
        const shape = known.get(name) ?? (name.startsWith("cnn.") ? undefined : (wanted ?? []));
        if (!shape) return undefined;
        const count = shape.reduce((a, b) => a * b, 1);
        asked.set(name, count);
        return { path: "published", offset: 0, byteLength: 4 * count, dtype: "float32", shape };
      },
    };
    const graph = new Graph("styleshot", {});
    const weights = new Weights(graph, source, "float32");
    const patches = STYLE_PATCHES.map(({ side, count }, i) => graph.input(`x${i}`, "float32", [count, 3, side, side]));
    expect(styleVectors(weights, TOWER, patches).shape).toEqual([1, 3, 1024]);
    expect(STYLE_POSITIONS).toBe(59);
    expect([...known.keys()].filter((name) => !asked.has(name))).toEqual([]);
    const sum = (inside: boolean): number =>
      [...asked].reduce((total, [name, n]) => total + (name.startsWith("image_encoder.") === inside ? n : 0), 0);
    // 1.81 GB: the tower in halves, what is around it in full; the tower's own patches and positions lie in it unread.
    const unread = 1280 * 3 * 14 ** 2 + 1280 + 257 * 1280;
    expect(((sum(true) + unread) * 2 + sum(false) * 4) / 1e9).toBeCloseTo(1.807, 3);
    // 3.07 GB: an earlier file, all in full.
    expect(((sum(true) + unread + sum(false)) * 4) / 1e9).toBeCloseTo(3.071, 3);
  });
});
