/** Gradients through the text encoder and the UNet against PyTorch's autograd. */
import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { unet } from "../../../models/unet.ts";
import { gradients } from "../../../src/onnx/gradient/index.ts";
import { Graph, openSession, op, Tensor } from "../../../src/onnx/index.ts";
import { Weights } from "../../../src/onnx/weights.ts";
import { inversionLoss } from "../../../src/stylize/diffusion/inversion-loss.ts";
import { PIPELINES, readReference, relativeError } from "../../models/reference.ts";
import { openPipeline } from "../../stylize/diffusion/pipeline.ts";

describe.each(PIPELINES)("the loss on %s", async (name) => {
  const { networks, tokenizer, folder, sessions } = await openPipeline(name);
  const reference = await readReference(path.join(folder, "learning.safetensors"));
  const given = (key: string) => reference.floats(`gradients.${key}`);
  afterAll(() => sessions.release());

  it.each([2 ** 21, 5000])("has PyTorch's gradient by the context, %i scores at a time", async (scoresAtOnce) => {
    const { source, config } = networks.checkpoint.unet;
    const graph = new Graph("gradient");
    const input = (key: "sample" | "target" | "context") => graph.input(key, "float32", given(key).shape);
    const [sample, target, context] = [input("sample"), input("target"), input("context")];
    const timestep = graph.constant("float32", [321]);
    const difference = op.sub(
      unet(new Weights(graph, source, "float32"), config, { sample, timestep, context }),
      target,
    );
    const loss = op.reduceMean(op.mul(difference, difference), [0, 1, 2, 3]);
    const [byContext] = gradients(loss, graph.constant("float32", [1], [1, 1, 1, 1]), [context], { scoresAtOnce });
    graph.output("loss", loss);
    graph.output("by_context", byContext!);
    const session = await openSession(graph);
    const feeds = ["sample", "target", "context"].map((key) => {
      const { data, shape } = given(key);
      return [key, new Tensor("float32", data, shape)] as const;
    });
    const result = await session.run(Object.fromEntries(feeds));
    const numbers = (key: string): Float32Array => result[key]!.data as Float32Array;
    expect(relativeError(numbers("loss"), given("loss").data)).toBeLessThan(1e-5);
    expect(relativeError(numbers("by_context"), given("by_context").data)).toBeLessThan(1e-4);
    await session.release();
  });

  it("has PyTorch's gradient by a token's embedding", async () => {
    const row = tokenizer.rows("*", 77)[0]!;
    const embeddings = await networks.tokenEmbeddings(row);
    const { data: vector } = given("vector");
    const data = Float32Array.from(embeddings.data);
    data.set(vector, vector.length);
    const { loss, gradient } = await inversionLoss(networks, {
      embeddings: { data, shape: embeddings.shape },
      sample: given("sample"),
      timestep: 321,
      target: given("target").data,
    });
    expect(relativeError(Float32Array.of(loss), given("through").data)).toBeLessThan(1e-5);
    const own = gradient.slice(vector.length, 2 * vector.length);
    expect(relativeError(own, given("by_vector").data)).toBeLessThan(1e-4);
  });
});
