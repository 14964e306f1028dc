/** Which forms a measurement takes on a device: those that its trials allow, as the engine would. */
import { formsOf } from "../onnx/device-forms.ts";
import type { ExecutionDevice } from "../onnx/devices.ts";
import { measure } from "./measure.ts";
import { PROCESSOR, type RunsOn } from "./tasks.ts";

/** @throws EngineError when the device is not there, or computes wrong numbers */
export async function runsOn(device: ExecutionDevice): Promise<RunsOn> {
  if (device === "cpu") return PROCESSOR;
  const on = { ...PROCESSOR, device };
  const { timing } = await measure({ kind: "trials" }, { on });
  return { device, forms: formsOf(device, timing.results, "auto", "words") };
}
