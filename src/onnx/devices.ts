/** Names of what the networks run on and of how exactly they compute. */
export const DEVICES = ["auto", "cpu", "cuda", "webgpu", "dml", "coreml"] as const;
export type Device = (typeof DEVICES)[number];

/** A device that was chosen. */
export type ExecutionDevice = Exclude<Device, "auto">;

export const PRECISIONS = ["auto", "fp32", "fp16", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];
