/** The choice of forms, with devices that are the processor, made wrong in one form or another. */
import { describe, expect, it } from "vitest";

import { chooseForms, type DeviceForms, runTrial } from "../../src/onnx/device-forms.ts";

const numbers = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i));

/** A device that is `off` by that much in a form, or fails where it says nothing. */
const deviceWith =
  (off: (forms: DeviceForms) => number | null) =>
  async (device: string, forms: DeviceForms): Promise<Float32Array> => {
    const error = device === "cpu" ? 0 : off(forms);
    if (error === null) throw new Error("not implemented");
    return numbers.map((value) => value * (1 + error));
  };

describe("the forms of a device", () => {
  it("are single precision and the fused kernel on a processor, which really runs", async () => {
    expect(await chooseForms("cpu", "auto")).toEqual({ dtype: "float32", attention: "fused" });
  });

  it("are judged by a network that comes out alike in all of them", async () => {
    const run = (_device: string, forms: DeviceForms) => runTrial("cpu", forms);
    expect(await chooseForms("webgpu", "fp16", run)).toEqual({ dtype: "float16", attention: "fused" });
  });

  it("are half precision and the fused kernel where both are right", async () => {
    const run = deviceWith(({ dtype }) => (dtype === "float16" ? 0.004 : 0));
    expect(await chooseForms("cuda", "auto", run)).toEqual({ dtype: "float16", attention: "fused" });
    expect(await chooseForms("cuda", "fp32", run)).toEqual({ dtype: "float32", attention: "fused" });
  });

  it.each([0.02, 0.25, Number.NaN, null])("write attention out where the fused kernel is off by %s", async (off) => {
    const run = deviceWith(({ attention }) => (attention === "fused" ? off : 0));
    expect(await chooseForms("webgpu", "auto", run)).toEqual({ dtype: "float16", attention: "explicit" });
  });

  it.each([0.5, null])("are single precision where half is off by %s, unless half was asked for", async (off) => {
    const run = deviceWith(({ dtype }) => (dtype === "float16" ? off : 0));
    expect(await chooseForms("webgpu", "auto", run)).toEqual({ dtype: "float32", attention: "fused" });
    await expect(chooseForms("webgpu", "fp16", run)).rejects.toMatchObject({
      name: "EngineError",
      message: "webgpu has no half precision that is right; set PRECISION=fp32",
    });
  });

  it("are none where the device computes wrong numbers", async () => {
    const run = deviceWith(() => 0.031);
    await expect(chooseForms("webgpu", "auto", run)).rejects.toMatchObject({
      name: "EngineError",
      message: "webgpu computes wrong numbers (off by 3.1 % in a self-test)",
    });
    await expect(
      chooseForms(
        "webgpu",
        "auto",
        deviceWith(() => Number.NaN),
      ),
    ).rejects.toThrow(/wrong numbers/);
  });

  it("are none where the device is not there", async () => {
    await expect(chooseForms("dml", "auto")).rejects.toMatchObject({ name: "EngineError", message: /on dml/ });
  });
});
