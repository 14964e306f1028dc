/** What CUDA on a 64-bit Linux is made of: onnxruntime's provider, and the libraries of NVIDIA that it was built for. */
import { CUDA_PROVIDER, RUNTIME_VERSION } from "../cuda-folder.ts";

/** A package of an index, in the one version that was tried with the others. */
export interface CudaPart {
  readonly project: string;
  readonly version: string;
  /** The libraries that are taken out of it, by their path within. */
  readonly wanted: RegExp;
}

const SHARED_PROVIDER = "libonnxruntime_providers_shared.so";

/** The provider as Python's wheel has it. */
export const PROVIDER: CudaPart = {
  project: "onnxruntime-gpu",
  version: RUNTIME_VERSION,
  wanted: /^onnxruntime\/capi\/libonnxruntime_providers_(?:cuda|shared)\.so$/,
};

/** The provider as NuGet has it. */
export const NUGET_PROVIDER: CudaPart = {
  project: "Microsoft.ML.OnnxRuntime.Gpu.Linux",
  version: RUNTIME_VERSION,
  wanted: /^runtimes\/linux-x64\/native\/libonnxruntime_providers_(?:cuda|shared)\.so$/,
};

/** What must be there for the provider to be one. */
export const PROVIDER_FILES = [CUDA_PROVIDER, SHARED_PROVIDER] as const;

/** The version of CUDA that the libraries below are of: a provider that was built for another is not taken. */
export const CUDA_MAJOR = 13;

/** The oldest driver for it, and the oldest cards that its kernels are for. */
export const OLDEST_DRIVER = 580;
export const OLDEST_CAPABILITY = 7.5;

/** Loaded together with onnxruntime 1.30's provider. cuDNN compiles some of its kernels when it runs, by nvrtc. */
export const LIBRARIES: readonly CudaPart[] = [
  { project: "nvidia-cuda-runtime", version: "13.2.86", wanted: /\/libcudart\.so\.13$/ },
  { project: "nvidia-cublas", version: "13.4.1.3", wanted: /\/libcublas(?:Lt)?\.so\.13$/ },
  { project: "nvidia-curand", version: "10.4.2.66", wanted: /\/libcurand\.so\.10$/ },
  { project: "nvidia-cuda-nvrtc", version: "13.2.86", wanted: /\/libnvrtc(?:-builtins)?\.so\.[\d.]+$/ },
  { project: "nvidia-cudnn-cu13", version: "9.26.0.51", wanted: /\/libcudnn\w*\.so\.9$/ },
];
