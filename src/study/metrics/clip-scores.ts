/** How near CLIP finds pictures to each other and to words, and how near CSD finds their styles: directions to be compared. */
import path from "node:path";

import { type ClipConfig, clipConfigSchema, clipPictureDirection, clipTextDirection } from "../../../models/clip.ts";
import { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import { csdConfig, csdStyleDirection } from "../../../models/csd.ts";
import { safetyCheckerConfigSchema } from "../../../models/safety-checker.ts";
import { CLIP_PIXELS, preprocess } from "../../images/clip-pixels.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { floatTensor, integerTensor } from "../../onnx/index.ts";
import { readJson } from "../../onnx/files/read-json.ts";
import { renamed, type TensorSource } from "../../onnx/files/tensor-source.ts";
import type { MeasuringNetwork } from "./measuring-network.ts";
import { planesTensor } from "./unit-planes.ts";

/** CLIP, or what another checkpoint has of it. */
export interface Clip {
  readonly network: MeasuringNetwork;
  readonly vision: ClipConfig["vision"];
  /** `null` where there is no text tower. */
  readonly text: { readonly config: ClipConfig; readonly tokenizer: ClipTokenizer } | null;
}

/** @param folder of CLIP as its authors publish it @throws EngineError naming the file and what does not hold */
export async function readClip(folder: string, network: MeasuringNetwork): Promise<Clip> {
  const config = await readJson(path.join(folder, "config.json"), clipConfigSchema);
  return { network, vision: config.vision, text: { config, tokenizer: await ClipTokenizer.load(folder) } };
}

/** The tower for pictures that Stable Diffusion's safety checker looks with. @throws EngineError */
export async function readCheckersClip(folder: string, network: MeasuringNetwork): Promise<Clip> {
  const { vision, projectionWidth } = await readJson(path.join(folder, "config.json"), safetyCheckerConfigSchema);
  return { network, vision: { ...vision, projectionWidth }, text: null };
}

/** The checker's file has the tower under another tower's name. */
export const checkersNames = (source: TensorSource): TensorSource =>
  renamed(source, (name) => (name.startsWith("vision_model.") ? `vision_model.${name}` : name));

/** A vector of length 1: the short side to the tower's size, the middle cut out. */
export async function pictureDirection({ network, vision }: Clip, picture: RgbImage): Promise<Float32Array> {
  const { direction } = await network.run({
    key: "picture",
    inputs: { pixels: clipPixels(picture, vision.imageSize) },
    build: (w, { pixels }) => ({ direction: clipPictureDirection(w, { vision }, pixels!) }),
  });
  return direction!.data;
}

/** Of the words that the tower has room for, as many as come first; `null` without a text tower. */
export async function textDirection({ network, text }: Clip, words: string): Promise<Float32Array | null> {
  if (text === null) return null;
  const { config, tokenizer } = text;
  const { positions } = config.text;
  const ids = tokenizer.rows(words, positions)[0]!;
  const end = Float32Array.from(ids, (id, i) => (id === tokenizer.end && ids.indexOf(id) === i ? 1 : 0));
  const { direction } = await network.run({
    key: "text",
    inputs: {
      ids: integerTensor(ids, [1, positions]),
      end: floatTensor("float32", { data: end, shape: [1, positions] }),
    },
    build: (w, inputs) => ({ direction: clipTextDirection(w, config, inputs["ids"]!, inputs["end"]!) }),
  });
  return direction!.data;
}

/** A vector of length 1 that says of a picture how it is made. @throws EngineError where the file is no CSD */
export async function styleDirection(network: MeasuringNetwork, picture: RgbImage): Promise<Float32Array> {
  const { source } = network;
  const { direction } = await network.run({
    key: "style",
    inputs: { pixels: clipPixels(picture, csdConfig(source).imageSize) },
    build: (w, { pixels }) => ({ direction: csdStyleDirection(w, source, pixels!) }),
  });
  return direction!.data;
}

/** As the authors' training saves it: the weights among much else, and each under the name of what ran it. */
export const csdNames = (source: TensorSource): TensorSource => {
  const prefix = source.names.find((name) => name.endsWith("last_layer_style"))?.slice(0, -"last_layer_style".length);
  if (!prefix) return source;
  const names = source.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return { ...renamed(source, (name) => prefix + name), names };
};

const clipPixels = (picture: RgbImage, size: number) =>
  planesTensor(preprocess(picture, { size, ...CLIP_PIXELS }, { pad: false }), { width: size, height: size });
