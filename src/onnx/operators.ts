/** Every operator a network may be written with. Each is a function from values to values. */
export * from "./operators/attention.ts";
export * from "./operators/convolution.ts";
export * from "./operators/decoder.ts";
export * from "./operators/dynamic-int8.ts";
export * from "./operators/elementwise.ts";
export * from "./operators/linear.ts";
export * from "./operators/loop.ts";
export * from "./operators/normalization.ts";
export * from "./operators/quantized.ts";
export * from "./operators/reduction.ts";
export * from "./operators/shaping.ts";
