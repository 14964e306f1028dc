/** The forms of a processor, and those of other devices as far as a processor has kernels for them. */
import type { DeviceForms } from "../../../src/onnx/device-forms.ts";

export const EXACT: DeviceForms = { dtype: "float32", attention: "fused", convolution: "plain", fusions: [] };

export const OTHER_FORMS: readonly DeviceForms[] = [
  { dtype: "float32", attention: "explicit", convolution: "padded", fusions: [] },
  { dtype: "float16", attention: "fused", convolution: "plain", fusions: [] },
  { dtype: "float16", attention: "explicit", convolution: "padded", fusions: [] },
];
