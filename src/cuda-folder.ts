/** Where CUDA's libraries lie once `npm run setup:cuda` has fetched them, and how a process of ours finds them. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** The version that the libraries must fit. */
export const RUNTIME_VERSION = (require("onnxruntime-node/package.json") as { readonly version: string }).version;

/** onnxruntime's own library, beside which it looks for its providers. */
export const RUNTIME_LIBRARY = path.join(
  path.dirname(require.resolve("onnxruntime-node/package.json")),
  "bin/napi-v6/linux/x64/libonnxruntime.so.1",
);

export const CUDA_PROVIDER = "libonnxruntime_providers_cuda.so";

/** Beside `node_modules`, which `npm ci` empties. Another version of onnxruntime has another folder. */
export const CUDA_FOLDER = path.join(import.meta.dirname, "../cuda", RUNTIME_VERSION);

/**
 * What the loader of a child process needs to know. Among the libraries is a link to onnxruntime's own, so that this is
 * where it looks for its providers.
 *
 * @param libraries folders, divided by colons
 */
export function cudaEnvironment(
  libraries: string = CUDA_FOLDER,
  inherited = process.env["LD_LIBRARY_PATH"],
): { readonly LD_LIBRARY_PATH?: string } {
  if (process.platform !== "linux" || !existsSync(path.join(libraries.split(":")[0]!, CUDA_PROVIDER))) return {};
  return { LD_LIBRARY_PATH: inherited ? `${libraries}:${inherited}` : libraries };
}
