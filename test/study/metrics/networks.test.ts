import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { renamed } from "../../../src/onnx/files/tensor-source.ts";
import { readWeights } from "../../../src/onnx/files/weights-file.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import {
  checkersNames,
  csdNames,
  pictureDirection,
  readCheckersClip,
  readClip,
  styleDirection,
  textDirection,
} from "../../../src/study/metrics/clip-scores.ts";
import { artVector, fidVector, inceptionNames } from "../../../src/study/metrics/inception-vectors.ts";
import { InstalledNetworks } from "../../../src/study/metrics/installed-networks.ts";
import { MeasuringNetwork } from "../../../src/study/metrics/measuring-network.ts";
import { perceptualDistance } from "../../../src/study/metrics/perceptual-distance.ts";
import { gramDistance, structureDistance, vggSight } from "../../../src/study/metrics/vgg-measures.ts";
import { FIXTURES, readReference, relativeError } from "../../models/reference.ts";

const ROOT = path.join(FIXTURES, "metrics");
const reference = await readReference(path.join(ROOT, "networks.safetensors"));
const [content, result] = [reference.picture("content"), reference.picture("result")];
const sessions = new SessionPool(1e9);
afterAll(() => sessions.release());

const networks = new InstalledNetworks(ROOT, sessions);
const open = async (...wanted: Parameters<typeof networks.find>): Promise<MeasuringNetwork> => {
  const found = await networks.find(...wanted);
  if (typeof found === "string") throw new Error(found);
  return found.network;
};
const expected = (name: string): number => reference.floats(name).data[0]!;
const row = (name: string, i: number): Float32Array => {
  const { data, shape } = reference.floats(name);
  return data.slice(i * shape[1]!, (i + 1) * shape[1]!);
};

describe("what pictures are measured by, as reference implementations have it over the same weights", () => {
  it("LPIPS (lpips)", async () => {
    const network = await open("lpips-alex");
    expect(await perceptualDistance(network, result, content)).toBeCloseTo(expected("lpips"), 5);
    expect(await perceptualDistance(network, content, content)).toBe(0);
    expect(await perceptualDistance(network, { ...content, height: 20 }, { ...content, height: 20 })).toBeNull();
  });

  it("FID's Inception (pytorch-fid), by either naming", async () => {
    const network = await open("fid-inception", inceptionNames);
    const vector = await fidVector(network, result);
    expect(relativeError(vector, reference.floats("fid.features").data)).toBeLessThan(1e-5);
    const plain = inceptionNames(renamed(network.source, (name) => name));
    const asTorchvision = { ...plain, names: network.source.names.filter((name) => !name.startsWith("blocks.")) };
    expect(inceptionNames(asTorchvision)).toBe(asTorchvision);
  });

  it("ArtFID's Inception (torchvision), from a file of PyTorch", async () => {
    const vector = await artVector(await open("art-inception", inceptionNames), result);
    expect(relativeError(vector!, reference.floats("art.features").data)).toBeLessThan(1e-5);
  });

  it("Gram matrices and CFSD over VGG-19 (torchvision)", async () => {
    const network = await open("vgg19");
    const [one, other] = [(await vggSight(network, result))!, (await vggSight(network, content))!];
    expect(gramDistance(one.grams, other.grams) / expected("gram")).toBeCloseTo(1, 4);
    expect((await structureDistance(one, other, sessions)) / expected("cfsd")).toBeCloseTo(1, 4);
    expect(gramDistance(one.grams, one.grams)).toBe(0);
    expect(await structureDistance(one, one, sessions)).toBeCloseTo(0, 9);
  });

  it("CLIP's vectors of pictures and words (transformers)", async () => {
    const clip = await readClip(path.join(ROOT, "clip-vit-large-patch14"), await open("clip-vit-large-patch14"));
    const direction = await pictureDirection(clip, result);
    expect(relativeError(direction, row("clip.vectors", 0))).toBeLessThan(1e-5);
    const words = (await textDirection(clip, "thick brush strokes and a warm palette of gold"))!;
    expect(words.reduce((sum, value, i) => sum + value * direction[i]!, 0)).toBeCloseTo(expected("clip.text"), 5);
  });

  it("CLIP's vectors of pictures, with what Stable Diffusion's safety checker has of it (diffusers)", async () => {
    const folder = path.join(FIXTURES, "tiny-safety-checker");
    const checker = await readReference(path.join(folder, "expected.safetensors"));
    const source = checkersNames(await readWeights(path.join(folder, "model.safetensors")));
    const network = new MeasuringNetwork("checker", source, sessions);
    const clip = await readCheckersClip(folder, network);
    const { data, shape } = checker.floats("vectors");
    const vector = data.slice(0, shape[1]);
    const length = Math.hypot(...vector);
    const direction = await pictureDirection(clip, checker.picture("picture.0"));
    const unit = vector.map((value) => value / length);
    expect(relativeError(direction, unit)).toBeLessThan(1e-5);
    expect(await textDirection(clip, "ink")).toBeNull();
  });

  it("CSD's vectors (open_clip's tower), from a checkpoint of its training", async () => {
    const network = await open("csd-vit-l", csdNames);
    expect(relativeError(await styleDirection(network, result), row("csd.vectors", 0))).toBeLessThan(1e-5);
    expect(relativeError(await styleDirection(network, content), row("csd.vectors", 1))).toBeLessThan(1e-5);
  });

  it("says which weight is missing", async () => {
    const { source } = await open("vgg19");
    const network = new MeasuringNetwork("lpips", source, sessions);
    await expect(perceptualDistance(network, result, content)).rejects.toThrow(/net\.slice1\.0\.bias is missing/);
  });
});
