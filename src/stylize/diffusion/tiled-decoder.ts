/**
 * The decoder in tiles, for a card that has not the memory for it whole. What makes its memory is the width of its last
 * levels; these are computed layer by layer, each over windows of the picture, with what lies between in this process's
 * memory. Statistics of the normalisations are those of the whole picture and windows overlap by what a convolution
 * sees, so that the result is the whole decoder's, without seams.
 */
import { conv2d } from "../../../models/layers.ts";
import { EPSILON, upsample, type VaeConfig, vaeDecoderHead } from "../../../models/vae.ts";
import { breathe } from "../../breathe.ts";
import { type Floats, type FloatType, floatTensor, type Graph, op, type Tensor, type Value } from "../../onnx/index.ts";
import type { Weights } from "../../onnx/weights.ts";

/** Levels that are tiled, from the last: of a picture of 512 pixels those of 256 and 512. */
const TILED_LEVELS = 2;
/** What a convolution of 3 x 3 sees around a pixel. */
const HALO = 1;
/** Pixels that a tile gives, each way, at the level that it is of. */
const TILE = 256;

/** What runs graphs over a checkpoint (`DiffusionNetworks`). */
interface DecoderNetworks {
  readonly checkpoint: { readonly vae: { readonly config: VaeConfig } };
  compute<Name extends string>(
    key: string,
    record: (graph: Graph, weights: (part: "vae") => Weights, dtype: FloatType) => Readonly<Record<Name, Value>>,
    feeds: (dtype: FloatType) => Readonly<Record<string, Tensor>>,
  ): Promise<Readonly<Record<Name, Floats>>>;
}

interface TileOptions {
  /** Smaller for tests. */
  readonly tile?: number;
  /** Stops it between two tiles. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param latents [1, latent, h, w], already unscaled
 * @returns the picture [1, 3, H, W]
 * @throws CancelledError
 */
export async function decodeInTiles(
  networks: DecoderNetworks,
  latents: Floats,
  { tile = TILE, signal }: TileOptions = {},
): Promise<Floats> {
  const { config } = networks.checkpoint.vae;
  const { layers, groups } = config;
  const levels = config.channels.length;
  const channels = [...config.channels].reverse();
  const whole = Math.max(1, levels - TILED_LEVELS);
  const { head } = await networks.compute(
    `vae-decoder head ${latents.shape.join("x")}`,
    (graph, weights, dtype) => ({
      head: vaeDecoderHead(weights("vae"), config, graph.input("x", dtype, latents.shape), whole),
    }),
    (dtype) => ({ x: floatTensor(dtype, latents) }),
  );

  /** Normalises by the whole picture's statistics, activates and convolves. */
  const layer = (path: { norm: string; conv: string }, x: Floats, out: number, plus?: Shortcut): Promise<Floats> => {
    const { means, scales } = groupStatistics(x, groups);
    const build: Build = (w, [window, around], [mean, scale]) => {
      const width = window!.shape[1] as number;
      const norm = w.scope(path.norm);
      const affine = (name: string): Value => op.reshape(norm.tensor(name, [width]), [width, 1, 1]);
      const normal = op.mul(op.sub(window!, mean!), scale!);
      const y = op.silu(op.add(op.mul(normal, affine("weight")), affine("bias")));
      return plus
        ? op.add(plus.build(w, around!), conv2d(w.scope(path.conv), y, out, 3))
        : conv2d(w.scope(path.conv), y, out, 3);
    };
    const pictures = plus ? [x, plus.from] : [x];
    return overTiles(
      networks,
      path.conv,
      pictures,
      { out, scale: 1, tile, signal, perChannel: [means, scales] },
      build,
    );
  };

  let x = head;
  for (let level = whole; level < levels; level++) {
    const out = channels[level]!;
    const before = `decoder.up_blocks.${level - 1}.upsamplers.0`;
    const build: Build = (w, [window]) => upsample(w.scope(before), window!);
    const doubled = { out: x.shape[1]!, scale: 2, tile: tile / 2, signal, perChannel: [] };
    x = await overTiles(networks, before, [x], doubled, build);
    for (let i = 0; i <= layers; i++) {
      const resnet = `decoder.up_blocks.${level}.resnets.${i}`;
      const part = (n: 1 | 2) => ({ norm: `${resnet}.norm${n}`, conv: `${resnet}.conv${n}` });
      const inner: Floats = await layer(part(1), x, out);
      const same = x.shape[1] === out;
      x = await layer(part(2), inner, out, {
        from: x,
        build: (w, window) => (same ? window : conv2d(w.scope(`${resnet}.conv_shortcut`), window, out, 1)),
      });
    }
  }
  return layer({ norm: "decoder.conv_norm_out", conv: "decoder.conv_out" }, x, 3);
}

interface Shortcut {
  readonly from: Floats;
  readonly build: (w: Weights, window: Value) => Value;
}

/** Records what is done with windows of the pictures, given numbers of their channels [1, C, 1, 1]. */
type Build = (w: Weights, windows: readonly Value[], perChannel: readonly Value[]) => Value;

interface Tiling {
  /** Channels of the result. */
  readonly out: number;
  /** How many times the size the result has. */
  readonly scale: number;
  /** Pixels of a picture that a tile is for. */
  readonly tile: number;
  readonly signal: AbortSignal | undefined;
  readonly perChannel: readonly Float32Array[];
}

/** Runs a layer over pictures of one size [1, C, H, W], window by window. */
async function overTiles(
  networks: DecoderNetworks,
  name: string,
  pictures: readonly Floats[],
  { out, scale, tile, signal, perChannel }: Tiling,
  build: Build,
): Promise<Floats> {
  const [, , height, width] = pictures[0]!.shape as [number, number, number, number];
  const window = { height: Math.min(height, tile + 2 * HALO), width: Math.min(width, tile + 2 * HALO) };
  const result = {
    data: new Float32Array(out * height * scale * width * scale),
    shape: [1, out, height * scale, width * scale],
  };
  const numbers = perChannel.map((data) => ({ data, shape: [1, data.length, 1, 1] }));
  const shapeOf = ({ shape }: Floats): number[] => [1, shape[1]!, window.height, window.width];
  for (let top = 0; top < height; top += tile)
    for (let left = 0; left < width; left += tile) {
      await breathe(signal);
      const at = {
        top: Math.max(0, Math.min(top - HALO, height - window.height)),
        left: Math.max(0, Math.min(left - HALO, width - window.width)),
      };
      const pieces = pictures.map((picture) => cut(picture, { ...at, ...window }));
      const { y } = await networks.compute(
        `vae-decoder tile ${name} ${window.height}x${window.width}`,
        (graph, weights, dtype) => {
          const windows = pictures.map((picture, i) => graph.input(`x${i}`, dtype, shapeOf(picture)));
          const given = perChannel.map((data, i) => graph.input(`c${i}`, dtype, [1, data.length, 1, 1]));
          return { y: build(weights("vae"), windows, given) };
        },
        (dtype) =>
          Object.fromEntries([
            ...pieces.map((piece, i) => [`x${i}`, floatTensor(dtype, piece)]),
            ...numbers.map((each, i) => [`c${i}`, floatTensor(dtype, each)]),
          ]),
      );
      const core = { top, left, height: Math.min(tile, height - top), width: Math.min(tile, width - left) };
      paste(y, at, result, core, scale);
    }
  return result;
}

interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** A box of a field [1, C, H, W]. */
export function cut({ data, shape }: Floats, { top, left, height, width }: Box): Floats {
  const [, channels, rows, columns] = shape as [number, number, number, number];
  const piece = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) {
      const from = (c * rows + top + y) * columns + left;
      piece.set(data.subarray(from, from + width), (c * height + y) * width);
    }
  return { data: piece, shape: [1, channels, height, width] };
}

/** Copies what a window that lies `at` gave of `core` to its place, `scale` times as large as these say. */
function paste(y: Floats, at: Pick<Box, "top" | "left">, result: Floats, core: Box, scale: number): void {
  const [, channels, rows, columns] = y.shape as [number, number, number, number];
  const [, , height, width] = result.shape as [number, number, number, number];
  for (let c = 0; c < channels; c++)
    for (let row = 0; row < core.height * scale; row++) {
      const from = (c * rows + (core.top - at.top) * scale + row) * columns + (core.left - at.left) * scale;
      const to = (c * height + core.top * scale + row) * width + core.left * scale;
      (result.data as Float32Array).set(y.data.subarray(from, from + core.width * scale), to);
    }
}

/** Of each channel the mean and the reciprocal deviation of its group, over all pixels. */
function groupStatistics({ data, shape }: Floats, groups: number): { means: Float32Array; scales: Float32Array } {
  const channels = shape[1]!;
  const [means, scales] = [new Float32Array(channels), new Float32Array(channels)];
  const each = data.length / groups;
  for (let group = 0; group < groups; group++) {
    const values = data.subarray(group * each, (group + 1) * each);
    let sum = 0;
    for (const value of values) sum += value;
    const mean = sum / each;
    let squares = 0;
    for (const value of values) squares += (value - mean) ** 2;
    const width = channels / groups;
    means.fill(mean, group * width, (group + 1) * width);
    scales.fill(1 / Math.sqrt(squares / each + EPSILON), group * width, (group + 1) * width);
  }
  return { means, scales };
}
