/** That the networks which are run on WebGPU hold every operator that the product runs anywhere: sets of recorded graphs. */
import { rm } from "node:fs/promises";
import path from "node:path";

import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";

import { stableDiffusionTensors } from "../../src/bench/random-checkpoint.ts";
import { LlavaDescriber } from "../../src/caption/llava/llava-describer.ts";
import { type Attribute, Graph } from "../../src/onnx/graph.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { DEFAULT_SETTINGS, type StepCache } from "../../src/painting.ts";
import { DiffusionNetworks } from "../../src/stylize/diffusion/diffusion-networks.ts";
import { DiffusionStylizer } from "../../src/stylize/diffusion/diffusion.ts";
import { inversionSettings, TextualInversion } from "../../src/stylize/diffusion/textual-inversion.ts";
import { FIXTURES, PIPELINES } from "../models/reference.ts";
import { openPipeline } from "../stylize/diffusion/pipeline.ts";
import { allExercises, tinyCaptioner } from "./exercises.ts";

/** As a device without a fused attention that is right has them. */
const FORMS = { attention: "explicit", convolution: "padded", fusions: [] } as const;

const captioner = await tinyCaptioner();
afterAll(() => rm(captioner, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** An operator, with what chooses another kernel of it: strides, groups, single pixels, modes. */
function kindOf(domain: string, type: string, attributes: Readonly<Record<string, Attribute>>): string {
  const ints = (name: string): readonly number[] => (attributes[name] as readonly number[] | undefined) ?? [];
  const marks = [
    ints("strides").some((stride) => stride > 1) && "strided",
    ints("kernel_shape").length > 0 && ints("kernel_shape").every((size) => size === 1) && "of single pixels",
    attributes["group"] !== undefined && attributes["group"] !== 1 && "in groups",
    typeof attributes["mode"] === "string" && attributes["mode"],
  ];
  return [domain, type, ...marks].filter((word) => word !== false && word !== "").join(" ");
}

/** Kinds of operators in all sessions that `body` opens. */
async function opened(body: () => Promise<unknown>): Promise<Set<string>> {
  const kinds = new Set<string>();
  const create = InferenceSession.create.bind(InferenceSession);
  vi.spyOn(InferenceSession, "create").mockImplementation((async (model: Uint8Array, options: object) => {
    for (const { domain, opType, attribute } of fromBinary(ModelProtoSchema, model).graph!.node) {
      const attributes = attribute.map(({ name, i, ints, s }): [string, Attribute] => [
        name,
        ints.length > 0 ? ints.map(Number) : s.length > 0 ? Buffer.from(s).toString() : Number(i),
      ]);
      kinds.add(kindOf(domain, opType, Object.fromEntries(attributes)));
    }
    return create(model, options);
  }) as typeof InferenceSession.create);
  await body();
  vi.restoreAllMocks();
  return kinds;
}

/** What `test/webgpu/networks.webgpu.test.ts` runs. */
const exercised = (dtype: "float32" | "float16"): Promise<Set<string>> =>
  opened(async () => {
    for (const { run, within } of allExercises(captioner))
      if (within[dtype] !== null) await run({ device: "cpu", dtype, ...FORMS });
  });

/** A description, pictures in every style path and cache, and a step of learning. */
const used = (dtype: "float32" | "float16"): Promise<Set<string>> =>
  opened(async () => {
    const sessions = new SessionPool(1e9);
    const picture = {
      width: 64,
      height: 64,
      data: new Uint8Array(64 * 64 * 3).map((_, i) => 128 + 100 * Math.sin(i / 50)),
    };
    for (const folder of [path.join(FIXTURES, "tiny-llava"), captioner]) {
      const how = { folder, id: folder, label: "Tiny", maxTokens: 3, device: "cpu", sessions } as const;
      await new LlavaDescriber({ ...how, forms: { dtype, ...FORMS } }).describe({ image: picture, sha256: "x" });
    }
    for (const name of PIPELINES) {
      const { networks: exact, tokenizer } = await openPipeline(name);
      const networks = new DiffusionNetworks(exact.checkpoint, { device: "cpu", dtype, ...FORMS, sessions });
      const paint = (stylePath: "adain" | "attention" | "token", steps: number, stepCache: StepCache) =>
        new DiffusionStylizer(networks, tokenizer).stylize({
          content: picture,
          style: picture,
          contentSha256: "c".repeat(64),
          styleSha256: "5".repeat(64),
          variant: "inst",
          description: null,
          token: new Float32Array(networks.checkpoint.text.config.width).fill(0.1),
          settings: { ...DEFAULT_SETTINGS, seed: 3, size: 64, strength: 1, steps, stylePath, stepCache },
        });
      await paint("adain", 8, "both");
      await paint("attention", 2, "off");
      await paint("token", 2, "off");
      if (dtype === "float16") continue;
      const input = { picture, styleSha256: "a".repeat(64), description: null };
      const settings = inversionSettings("vector", { seed: 7, size: 64, maxSteps: 1 });
      await (await TextualInversion.begin(networks, tokenizer, input, settings)).step();
    }
    await sessions.release();
  });

/** Stable Diffusion 1.4 at its full size, recorded and not run; its attention is written out where it runs. */
function ofFullSize(): Set<string> {
  const kinds = new Set<string>();
  const emitMany = vi.spyOn(Graph.prototype, "emitMany");
  stableDiffusionTensors();
  for (const [type, , , attributes = {}, domain = ""] of emitMany.mock.calls)
    if (type !== "MultiHeadAttention") kinds.add(kindOf(domain, type, attributes));
  vi.restoreAllMocks();
  return kinds;
}

describe("the networks that are run on WebGPU", () => {
  it.each(["float32", "float16"] as const)("hold every operator that the product uses, in %s", async (dtype) => {
    const run = await exercised(dtype);
    const [ours, full] = [await used(dtype), ofFullSize()];
    expect([...new Set([...ours, ...full])].filter((kind) => !run.has(kind))).toEqual([]);
    expect(ours.size).toBeGreaterThan(25);
    expect(full.size).toBeGreaterThan(15);
  });
});
