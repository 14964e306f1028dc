/** The trials of devices, and what follows from them, with devices that are the processor, made wrong in one form or another. */
import { describe, expect, it } from "vitest";

import { FUSIONS } from "../../src/onnx/graph.ts";
import { chooseForms, formsOf } from "../../src/onnx/device-forms.ts";
import { runTrial, tryDevice, type TrialResult } from "../../src/onnx/device-trials.ts";
import {
  isFusion,
  TRIAL_NETWORKS,
  TRIAL_OPERATORS,
  type TrialForm,
  type TrialOperator,
} from "../../src/onnx/trial-networks.ts";

type Trial = Pick<TrialResult, "operator" | "form" | "dtype">;

/** One of each operator, of convolution the one that is confused; and of each fused operator. */
const networks = [
  ...TRIAL_OPERATORS.map(
    (operator) =>
      TRIAL_NETWORKS.find((network) => network.operator === operator && network.shape.startsWith("6 to 8")) ??
      TRIAL_NETWORKS.find((network) => network.operator === operator)!,
  ),
  ...FUSIONS.map((fusion) => TRIAL_NETWORKS.find(({ other }) => other?.form === fusion)!),
];

/** A processor's answers, each computed once. */
const answers = new Map<string, Promise<Float32Array>>();
const onProcessor: typeof runTrial = (_device, network, form, dtype) => {
  const key = [network.shape, written(form), dtype].join();
  const answer = answers.get(key) ?? runTrial("cpu", network, written(form), dtype);
  answers.set(key, answer);
  return answer;
};

/** The fused operators that a processor has not: their plain forms, which is what they have to be equal to. */
const written = (form: TrialForm): TrialForm => (isFusion(form) ? "explicit" : form);

/** What comes of trying a device that is `off` by that much in a trial, or fails where it says nothing. */
const tried = (off: (trial: Trial) => number | null, device: "webgpu" | "cuda" = "webgpu"): Promise<TrialResult[]> =>
  tryDevice(device, {
    networks,
    run: async (at, network, form, dtype) => {
      const answer = await onProcessor(at, network, form, dtype);
      const error = at === "cpu" ? 0 : off({ operator: network.operator, form, dtype });
      if (error === null) throw new Error("not implemented");
      return answer.map((value, i) => value * (1 + (i % 2 === 0 ? error : -error)));
    },
  });

const wrong =
  (operator: TrialOperator, form: TrialForm, error: number | null) =>
  (trial: Trial): number | null =>
    trial.operator === operator && trial.form === form ? error : 0;

const half =
  (error: number | null) =>
  ({ dtype }: Trial): number | null =>
    dtype === "float16" ? error : 0;

describe("the forms of a device", () => {
  it("are single precision and the fused kernel on a processor, which is not tried", async () => {
    const forms = { dtype: "float32", attention: "fused", convolution: "plain", fusions: [] };
    expect(await chooseForms("cpu", "auto")).toEqual(forms);
  });

  it("are half precision and the fused kernel where both are right, as they are on a processor", async () => {
    const results = await tried(() => 0);
    expect(results.every(({ verdict }) => verdict === "right")).toBe(true);
    const fusions = ["bias-split-gelu"];
    const forms = { dtype: "float16", attention: "fused", convolution: "plain", fusions };
    expect(formsOf("webgpu", results, "auto")).toEqual(forms);
    expect(formsOf("webgpu", results, "fp16", "words")).toEqual(forms);
    expect(formsOf("webgpu", results, "fp32")).toEqual({ ...forms, dtype: "float32" });
  });

  it.each([0.0005, 0.0058, 0.25, Number.NaN, null])(
    "write attention out where the fused kernel is off by %s",
    async (error) => {
      const results = await tried(wrong("attention", "fused", error));
      expect(results.filter(({ form }) => form === "fused")).toHaveLength(1);
      const forms = { dtype: "float16", attention: "explicit", convolution: "plain" };
      expect(formsOf("webgpu", results, "auto")).toMatchObject(forms);
    },
  );

  it("add channels where convolution is wrong without", async () => {
    const results = await tried(wrong("convolution", "plain", 0.5));
    expect(formsOf("webgpu", results, "auto").convolution).toBe("padded");
    const hopeless = await tried(({ operator }) => (operator === "convolution" ? 0.5 : 0));
    expect(() => formsOf("webgpu", hopeless, "auto")).toThrow(
      "webgpu computes wrong numbers (convolution is off by 50.0 % in a self-test)",
    );
  });

  it.each([0.25, Number.NaN, null])("do without a fused operator that is off by %s", async (error) => {
    const results = await tried(({ form }) => (form === "group-norm" ? error : 0), "cuda");
    expect(formsOf("cuda", results, "auto").fusions).toEqual(["nhwc-conv", "bias-split-gelu", "packed-attention"]);
    const inHalf = await tried(({ form, dtype }) => (form === "bias-split-gelu" && dtype === "float16" ? error : 0));
    expect(formsOf("webgpu", inHalf, "auto")).toMatchObject({ dtype: "float16", fusions: [] });
    expect(formsOf("webgpu", inHalf, "fp32").fusions).toEqual(["bias-split-gelu"]);
  });

  it("do not hang on 4-bit products where pictures are painted", async () => {
    const results = await tried(wrong("4-bit product", "plain", 0.5));
    expect(formsOf("webgpu", results, "auto").dtype).toBe("float16");
    expect(() => formsOf("webgpu", results, "auto", "words")).toThrow(/4-bit product is off by 50.0 %/);
  });

  it.each([0.5, null])("are single precision where half is off by %s, unless half was asked for", async (error) => {
    const results = await tried(half(error));
    expect(formsOf("webgpu", results, "auto")).toMatchObject({ dtype: "float32", attention: "fused" });
    expect(() => formsOf("webgpu", results, "fp16")).toThrow(
      "webgpu has no half precision that is right; set PRECISION=fp32",
    );
  });

  it.each(TRIAL_OPERATORS)("are none where the device computes %s wrong", async (operator) => {
    const results = await tried((trial) => (trial.operator === operator ? 0.031 : 0));
    expect(() => formsOf("webgpu", results, "auto", "words")).toThrow(
      `webgpu computes wrong numbers (${operator} is off by 3.1 % in a self-test)`,
    );
  });

  it("say what a device breaks off with, or that it gives no numbers", async () => {
    const broken = await tried(wrong("gather", "plain", null));
    expect(() => formsOf("webgpu", broken, "auto")).toThrow(/gather failed: not implemented/);
    const nothing = await tried(wrong("gather", "plain", Number.NaN));
    expect(() => formsOf("webgpu", nothing, "auto")).toThrow(/gather gives no numbers/);
  });

  it("are none where the device is not there", async () => {
    await expect(chooseForms("dml", "auto")).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(/on dml/) as unknown,
    });
  });
});
