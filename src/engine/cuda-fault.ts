/** What is wrong where CUDA does not work: driver, card or library, and what to do about it. */
import { CUDA_MAJOR, OLDEST_CAPABILITY, OLDEST_DRIVER } from "../cuda/packages.ts";
import { CUDA_PROVIDER } from "../cuda-folder.ts";
import type { Card } from "./card.ts";

/** Errors of CUDA's runtime, which onnxruntime gives by number or by name. https://docs.nvidia.com/cuda/cuda-runtime-api */
const ERRORS = {
  oldDriver: /CUDA failure 35\b|cudaErrorInsufficientDriver/,
  noCard: /CUDA failure 100\b|cudaErrorNoDevice/,
  oldCard: /CUDA failure (?:209|222)\b|cudaError(?:NoKernelImageForDevice|UnsupportedPtxVersion)/,
  notRunning: /CUDA failure (?:803|804)\b|cudaError(?:SystemDriverMismatch|CompatNotSupportedOnDevice)/,
  noMemory: /CUDA failure 2\b|cudaErrorMemoryAllocation/,
} as const;

const SET_UP = "fetch it with `npm run setup:cuda`";

/**
 * @param fault what onnxruntime said and printed
 * @param library that the loader did not find
 * @returns `null` where it is none of what can be told
 */
export function explainCudaFault(fault: string, library: string | undefined, card: Card | null): string | null {
  if (library === "libcuda.so.1")
    return (
      "the NVIDIA driver is not installed (its libcuda.so.1 is missing): install it (Debian: apt install nvidia-driver, " +
      "Ubuntu: ubuntu-drivers install) and start the machine anew; a container has to be given the card (docker run --gpus all)"
    );
  if (library?.includes("onnxruntime_providers") ?? /Failed to load shared library/.test(fault))
    return `onnxruntime's CUDA library ${CUDA_PROVIDER} is missing; ${SET_UP}`;
  if (library) return `the library ${library} is missing; ${SET_UP}`;
  const cards = `cards from ${OLDEST_CAPABILITY} on do (GeForce GTX 16, RTX 20 and later)`;
  if (card?.capability && card.capability < OLDEST_CAPABILITY)
    return `the NVIDIA card ${card.name} is too old (compute capability ${card.capability}): ${cards}`;
  if (ERRORS.oldDriver.test(fault)) {
    const which = card?.driver ? `the NVIDIA driver ${card.driver} is` : "the NVIDIA driver is";
    return `${which} too old for CUDA ${CUDA_MAJOR}: update it to ${OLDEST_DRIVER} or newer and start the machine anew`;
  }
  if (ERRORS.noCard.test(fault))
    return "the NVIDIA driver finds no card: is it in its slot, and shown by nvidia-smi? CUDA_VISIBLE_DEVICES hides cards, too";
  if (ERRORS.oldCard.test(fault)) return `the NVIDIA card is too old for onnxruntime's kernels: ${cards}`;
  if (ERRORS.notRunning.test(fault))
    return "the NVIDIA driver was updated and is not running yet: start the machine anew";
  if (ERRORS.noMemory.test(fault))
    return "the NVIDIA card's memory is full: end other programs that use it (nvidia-smi lists them)";
  return null;
}
