/** No memory, as onnxruntime and its providers put it. */
import { EngineError } from "../errors.ts";

/**
 * - its arenas, on a processor and on a card: `Failed to allocate memory for requested buffer of size 134217728`
 * - CUDA and its libraries: `CUDA failure 2: out of memory`, `CUBLAS_STATUS_ALLOC_FAILED`, `CUDNN_STATUS_ALLOC_FAILED`
 * - WebGPU: `vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY`, `E_OUTOFMEMORY`; what is computed with a buffer
 *   that could not be had is refused as `[Invalid Buffer (unlabeled)] is invalid`
 * - C++: `std::bad_alloc`, `bad allocation`
 */
const OUT_OF_MEMORY =
  /failed to alloc|out[ _]of[ _](?:\w+_)?memory|outofmemory|alloc_failed|bad[ _]alloc|\[invalid buffer/i;

export const isOutOfMemory = (words: string): boolean => OUT_OF_MEMORY.test(words);

/** A network found no memory. The session can be used again, and what others give back may be enough for it. */
export class OutOfMemoryError extends EngineError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, retryable: false });
  }
}
