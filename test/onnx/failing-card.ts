/** A card whose memory runs out where a test says so: the processor's sessions behind the border of onnxruntime. */
import { InferenceSession } from "onnxruntime-node";
import { onTestFinished, vi } from "vitest";

import type { Tensor } from "../../src/onnx/index.ts";

/** What onnxruntime and its providers say, word for word. */
export const NO_MEMORY = {
  "CUDA's arena":
    "Non-zero status code returned while running Conv node. Name:'decoder.up_blocks.3.resnets.0.conv1/Conv' Status Message: " +
    "/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, " +
    "bool, onnxruntime::Stream*, bool, onnxruntime::WaitNotificationFn) Failed to allocate memory for requested buffer of size 134217728",
  CUDA: "CUDA failure 2: out of memory ; GPU=0 ; hostname=card ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_allocator.cc ; line=48 ; expr=cudaMalloc((void**)&p, size); ",
  WebGPU:
    "Non-zero status code returned while running Conv node. Name:'conv_in/Conv' Status Message: WebGPU validation failed. " +
    "vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY\n    at CheckVkOOMThenSuccessImpl (VulkanError.cpp:119)\n" +
    " - While calling [Device].CreateBuffer([BufferDescriptor]).",
} as const;

/**
 * For the rest of the test, sessions of any device are the processor's, and a run fails with what `fault` says.
 *
 * @param fault asked before each run
 */
export function withFailingCard(fault: (feeds: Readonly<Record<string, Tensor>>) => string | null): void {
  const create = InferenceSession.create.bind(InferenceSession) as (
    model: Uint8Array,
    options: InferenceSession.SessionOptions,
  ) => Promise<InferenceSession>;
  const spy = vi.spyOn(InferenceSession, "create").mockImplementation((async (
    model: Uint8Array,
    options: InferenceSession.SessionOptions,
  ) => {
    const session = await create(model, { ...options, executionProviders: ["cpu"] });
    const run = session.run.bind(session) as (feeds: Record<string, Tensor>) => Promise<InferenceSession.ReturnType>;
    session.run = (async (feeds: Record<string, Tensor>) => {
      const words = fault(feeds);
      if (words !== null) throw new Error(words);
      return run(feeds);
    }) as typeof session.run;
    return session;
  }) as typeof InferenceSession.create);
  onTestFinished(() => spy.mockRestore());
}
