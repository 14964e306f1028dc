/** What becomes of a picture when a card's memory runs out: room is made, then less is computed at once, then it is said. */
import path from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import { OutOfMemoryError } from "../../../src/onnx/out-of-memory.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { Graph, op, openSession, type Tensor } from "../../../src/onnx/index.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../../src/stylize/diffusion/diffusion-networks.ts";
import { gaussianNoise } from "../../../src/stylize/diffusion/noise.ts";
import { decodeInTiles } from "../../../src/stylize/diffusion/tiled-decoder.ts";
import { FIXTURES, relativeError } from "../../models/reference.ts";
import { NO_MEMORY, withFailingCard } from "../../onnx/failing-card.ts";

const sessions = new SessionPool(1e9);
afterEach(() => sessions.release());

const open = async (name: string, device: "cpu" | "cuda" = "cuda", pool = sessions): Promise<DiffusionNetworks> =>
  new DiffusionNetworks(await readDiffusionCheckpoint(await placeOfCheckpoint(path.join(FIXTURES, name))), {
    device,
    dtype: "float32",
    attention: "fused",
    sessions: pool,
  });

const noise = (stream: number, ...shape: number[]) => ({
  data: gaussianNoise(
    5,
    shape.reduce((product, dim) => product * dim, 1),
    stream,
  ),
  shape,
});

/** The decoder whole: what takes latents and gives a picture. */
const isWhole = (feeds: Readonly<Record<string, Tensor>>): boolean => feeds["x"]?.dims[1] === 4;

describe("a decoder in tiles", () => {
  it.each(["tiny-v1", "tiny-v2"])("gives the picture of the whole decoder of %s", async (name) => {
    const networks = await open(name, "cpu");
    const latents = noise(1, 1, 4, 12, 20);
    const whole = await networks.decodeLatents(latents);
    const tiled = await decodeInTiles(networks, latents, { tile: 8 });
    expect(tiled.shape).toEqual(whole.shape);
    expect(relativeError(tiled.data, whole.data)).toBeLessThan(1e-5);
  });

  it("has no seams: columns on both sides of a tile's border are as far off the whole as others", async () => {
    const networks = await open("tiny-v1", "cpu");
    const latents = noise(2, 1, 4, 16, 16);
    const [whole, tiled] = [await networks.decodeLatents(latents), await decodeInTiles(networks, latents, { tile: 8 })];
    const [, , height, width] = whole.shape as [number, number, number, number];
    const off = Array.from({ length: width }, (_, x) => {
      let worst = 0;
      for (let row = 0; row < 3 * height; row++)
        worst = Math.max(worst, Math.abs(whole.data[row * width + x]! - tiled.data[row * width + x]!));
      return worst;
    });
    const atBorders = off.filter((_, x) => x % 8 === 0 || x % 8 === 7);
    const elsewhere = off.filter((_, x) => x % 8 !== 0 && x % 8 !== 7);
    // Rounding of single precision, which is all that differs.
    expect(Math.max(...atBorders)).toBeLessThan(2 * Math.max(...elsewhere) + 1e-6);
    expect(Math.max(...off)).toBeLessThan(1e-4);
  });
});

describe.each(Object.entries(NO_MEMORY))("a card without memory, in the words of %s", (_, words) => {
  it("has room made, and computes the same once more", async () => {
    const networks = await open("tiny-v1");
    const latents = noise(3, 1, 4, 8, 8);
    let failures = 1;
    withFailingCard((feeds) => (isWhole(feeds) && failures-- > 0 ? words : null));
    await networks.encodeText([[1, 2, 3]]);
    expect(sessions.keys).toHaveLength(1);
    const picture = await networks.decodeLatents(latents);
    expect(sessions.keys.join()).not.toContain("text-encoder");
    expect(
      relativeError(picture.data, (await (await open("tiny-v1", "cpu")).decodeLatents(latents)).data),
    ).toBeLessThan(1e-5);
  });
});

describe("a card without memory, again and again", () => {
  const words = NO_MEMORY["CUDA's arena"];

  it("decodes in tiles where the whole finds none again", async () => {
    const networks = await open("tiny-v1");
    const latents = noise(3, 1, 4, 8, 8);
    let refused = 0;
    withFailingCard((feeds) => (isWhole(feeds) && refused < 2 ? (refused++, words) : null));
    const picture = await networks.decodeLatents(latents);
    expect(refused).toBe(2);
    expect(
      relativeError(picture.data, (await (await open("tiny-v1", "cpu")).decodeLatents(latents)).data),
    ).toBeLessThan(1e-5);
  });

  it("predicts rows one after the other where a batch finds none, from then on", async () => {
    const networks = await open("tiny-v1");
    const { contextWidth } = networks.checkpoint.unet.config;
    const contexts = [noise(1, 1, 7, contextWidth), noise(2, 1, 7, contextWidth)];
    const batches: number[] = [];
    withFailingCard(({ sample }) => {
      batches.push(sample!.dims[0]!);
      return sample!.dims[0]! > 1 ? words : null;
    });
    const sample = noise(4, 1, 4, 8, 8);
    const [first, second] = await networks.predict(sample, 481, contexts);
    expect(batches).toEqual([2, 2, 1, 1]);
    await networks.predict(sample, 481, contexts);
    expect(batches.slice(4)).toEqual([1, 1]);
    const exact = await (await open("tiny-v1", "cpu")).predict(sample, 481, contexts);
    expect(relativeError(first!, exact[0]!)).toBeLessThan(1e-6);
    expect(relativeError(second!, exact[1]!)).toBeLessThan(1e-6);
  });

  it("is told when less at once finds none either", async () => {
    const networks = await open("tiny-v1");
    withFailingCard(() => words);
    await expect(networks.decodeLatents(noise(3, 1, 4, 8, 8))).rejects.toThrow(OutOfMemoryError);
    await expect(networks.encodeText([[1, 2, 3]])).rejects.toThrow(/choose a smaller picture/);
  });
});

describe("a card with little memory", () => {
  it("holds one form of the UNet where two have no room", async () => {
    withFailingCard(() => null);
    const roomy = await open("tiny-v1");
    const { contextWidth } = roomy.checkpoint.unet.config;
    const contexts = [noise(1, 1, 7, contextWidth), noise(2, 1, 7, contextWidth)];
    const sample = noise(4, 1, 4, 8, 8);
    await roomy.predict(sample, 481, contexts);
    await roomy.predict(sample, 481, contexts.slice(0, 1));
    const forms = sessions.keys.map((key) => /unet\s+(\S+)/.exec(key)![1]);
    expect(forms).toEqual(["2x4x8x8", "1x4x8x8"]);

    const small = new SessionPool(0.75 * sessions.bytes);
    const tight = await open("tiny-v1", "cuda", small);
    await tight.predict(sample, 481, contexts);
    expect(small.keys.map((key) => /unet\s+(\S+)/.exec(key)![1])).toEqual(["1x4x8x8"]);
    await small.release();
  });

  it("closes what a picture needs once before it closes the captioner", async () => {
    withFailingCard(() => null);
    const fill = async (pool: SessionPool): Promise<string[]> => {
      const networks = await open("tiny-v1", "cuda", pool);
      const graph = new Graph("captioner");
      graph.output("y", op.neg(graph.input("x", "float32", [1])));
      await pool.use(
        "captioner",
        () => ({ bytes: 1e6, open: () => openSession(graph) }),
        async () => undefined,
      );
      await networks.encodePicture(noise(6, 1, 3, 64, 64));
      await networks.predict(noise(4, 1, 4, 8, 8), 481, [noise(1, 1, 7, networks.checkpoint.unet.config.contextWidth)]);
      return pool.keys.map((key) => /captioner| unet | vae-encoder /.exec(key)![0].trim());
    };
    expect(await fill(sessions)).toEqual(["captioner", "vae-encoder", "unet"]);
    const small = new SessionPool(sessions.bytes - 1);
    expect(await fill(small)).toEqual(["captioner", "unet"]);
    await small.release();
  });

  it("closes the UNet before the decoder where both have no room", async () => {
    withFailingCard(() => null);
    const latents = noise(3, 1, 4, 8, 8);
    const fill = async (pool: SessionPool): Promise<readonly string[]> => {
      const networks = await open("tiny-v1", "cuda", pool);
      await networks.predict(noise(4, 1, 4, 8, 8), 481, [noise(1, 1, 7, networks.checkpoint.unet.config.contextWidth)]);
      await networks.decodeLatents(latents);
      const keys = pool.keys.map((key) => (key.includes(" unet ") ? "unet" : "decoder"));
      return keys;
    };
    expect(await fill(sessions)).toEqual(["unet", "decoder"]);
    const small = new SessionPool(sessions.bytes - 1);
    expect(await fill(small)).toEqual(["decoder"]);
    await small.release();
  });
});
