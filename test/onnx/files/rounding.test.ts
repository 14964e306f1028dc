/** The file of rounded weights beside a checkpoint: what is in it, when it is used again, and what is left of others. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Graph, op } from "../../../src/onnx/index.ts";
import { roundedSource } from "../../../src/onnx/files/rounding.ts";
import { encodeSafetensors } from "../../../src/onnx/files/safetensors-file.ts";
import { layOutSafetensors } from "../../../src/onnx/files/safetensors-layout.ts";
import { readSafetensors } from "../../../src/onnx/files/safetensors.ts";
import type { TensorSource } from "../../../src/onnx/files/tensor-source.ts";
import { Weights } from "../../../src/onnx/weights.ts";
import { useTinyDisk } from "../../store/tiny-disk.ts";

const SHAPE = [4, 6];
const NUMBERS = Float32Array.from({ length: 24 }, (_, i) => Math.sin(7 * i) * (1 + Math.floor(i / 6)));

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-rounding-"));
  file = await checkpointIn(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function checkpointIn(place: string, values = { data: NUMBERS, shape: SHAPE }): Promise<string> {
  const target = path.join(place, "unet.safetensors");
  await writeFile(target, encodeSafetensors({ tensors: { w: values }, metadata: {} }));
  return target;
}

const rounded = (source: TensorSource, shape: readonly number[] = SHAPE): Promise<TensorSource> =>
  roundedSource(source, (from) => void new Weights(new Graph("layer"), from, "float32").rounded("w", shape));

const roundedOf = async (checkpoint: string): Promise<TensorSource> => rounded(await readSafetensors(checkpoint));

async function bytesOfWeights(source: TensorSource): Promise<Int8Array> {
  const { path: where, offset, byteLength } = source.find("w[0:4].int8")!;
  return new Int8Array((await readFile(where)).subarray(offset, offset + byteLength));
}

const written = async (place = folder): Promise<string[]> =>
  (await readdir(place)).filter((name) => name !== "unet.safetensors").sort();

const EVERY_INPUT = [0, 1, 2, 3, 4, 5];

describe("a file of rounded weights", () => {
  it("holds every output's weights up to the largest that all processors compute with", async () => {
    const source = await roundedOf(file);
    const bytes = await bytesOfWeights(source);
    for (let output = 0; output < 4; output++) {
      const row = NUMBERS.subarray(6 * output, 6 * output + 6);
      const largest = Math.max(...row.map(Math.abs));
      const kept = EVERY_INPUT.map((input) => bytes[4 * input + output]!);
      expect(Math.max(...kept.map(Math.abs))).toBe(op.LARGEST_WEIGHT);
      expect(kept).toEqual([...row].map((weight) => Math.round((weight / largest) * op.LARGEST_WEIGHT)));
    }
    expect(2 * 255 * op.LARGEST_WEIGHT).toBeLessThan(2 ** 15);
  });

  it("is written once, also for two who ask at the same time", async () => {
    await Promise.all([roundedOf(file), roundedOf(file)]);
    const names = await written();
    expect(names).toEqual([expect.stringMatching(/^unet\.[0-9a-f]{12}\.atelier-int8$/)]);
    const { mtimeMs } = await stat(path.join(folder, names[0]!));
    await roundedOf(file);
    expect(await written()).toEqual(names);
    expect((await stat(path.join(folder, names[0]!))).mtimeMs).toBe(mtimeMs);
  });

  it("of earlier code, with weights up to 127, is not used but removed", async () => {
    const source = await readSafetensors(file);
    const { size, mtimeMs } = await stat(file);
    const rows = [{ key: "w[0:4]", tensor: source.find("w")!, start: 0, count: 4 }];
    const fingerprint = createHash("sha256").update(JSON.stringify(rows)).update(`${size} ${mtimeMs}`).digest("hex");
    const earlier = path.join(folder, `unet.${fingerprint.slice(0, 12)}.atelier-int8`);
    const layout = layOutSafetensors([
      { name: "w[0:4].int8", dtype: "int8", shape: [6, 4] },
      { name: "w[0:4].scale", dtype: "float32", shape: [4] },
    ]);
    await writeFile(earlier, Buffer.concat([layout.header, Buffer.alloc(layout.size - layout.header.length, 127)]));
    expect(Math.max(...(await bytesOfWeights(await rounded(source))))).toBeLessThanOrEqual(op.LARGEST_WEIGHT);
    expect(await written()).toHaveLength(1);
    expect(await written()).not.toContain(path.basename(earlier));
  });

  it("takes the place of those of weights that are gone, and of what was left half-written, and of nothing else", async () => {
    await roundedOf(file);
    const [first] = await written();
    const hash = "0123456789ab";
    const abandoned = `unet.${hash}.atelier-int8.3f0c1a52-0000-4000-8000-000000000000.part`;
    const beingWritten = `unet.${hash}.atelier-int8.5d0c1a52-0000-4000-8000-000000000000.part`;
    const others = [`unet.ema.${hash}.atelier-int8`, `vae.${hash}.atelier-int8`, `unet.${hash}.txt`];
    for (const name of [abandoned, `unet.${hash}.atelier-int8.part`, beingWritten, ...others])
      await writeFile(path.join(folder, name), "");
    const longAgo = new Date(Date.now() - 24 * 3_600_000);
    for (const name of [abandoned, `unet.${hash}.atelier-int8.part`])
      await utimes(path.join(folder, name), longAgo, longAgo);
    await utimes(file, longAgo, longAgo);
    await roundedOf(file);
    const names = await written();
    expect(names).toHaveLength(5);
    expect(names).toEqual(expect.arrayContaining([beingWritten, ...others]));
    expect(names).not.toContain(first);
  });

  it("is not made of a checkpoint that ends early", async () => {
    const source = await readSafetensors(file);
    await truncate(file, (await stat(file)).size - 8);
    await expect(rounded(source)).rejects.toMatchObject({
      name: "EngineError",
      message: `${file}: ends within a tensor; download it again`,
    });
    expect(await written()).toEqual([]);
  });
});

const disk = useTinyDisk("256k");

describe.skipIf(disk === null)("on a full disk (needs mount)", () => {
  it("is not written, and the fault is said in words", async () => {
    const shape = [400, 250];
    const weights = { data: new Float32Array(400 * 250).fill(1), shape };
    const whole = await readSafetensors(await checkpointIn(folder, weights));
    const here = { ...whole, label: path.join(disk!, "unet.safetensors") };
    const filler = path.join(disk!, "filler");
    await writeFile(filler, Buffer.alloc(200 << 10));
    await expect(rounded(here, shape)).rejects.toMatchObject({ name: "UserError", identifier: "disk-full" });
    expect(await written(disk!)).toEqual(["filler"]);
    await rm(filler);
    await rounded(here, shape);
    expect(await written(disk!)).toHaveLength(1);
  });
});
