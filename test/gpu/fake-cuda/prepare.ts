/** A machine with CUDA's provider over a runtime that computes nothing, or with what of it is missing. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";

import type { CudaPart } from "../../../src/cuda/packages.ts";
import { setUpCuda } from "../../../src/cuda/set-up.ts";
import { CUDA_PROVIDER, RUNTIME_VERSION } from "../../../src/cuda-folder.ts";
import { messageOf } from "../../../src/errors.ts";
import { buildFakeCuda, type Definition, DRIVER, RUNTIME } from "./build.ts";

/** Headers in place of libraries: what the fake ones are written against. */
const HEADERS: readonly CudaPart[] = [
  { project: "nvidia-cuda-runtime", version: "13.2.86", wanted: /\/include\/[^/]+\.h$/ },
  { project: "nvidia-cuda-crt", version: "13.2.86", wanted: /\/include\/crt\/[^/]+\.h$/ },
];

/** Kept from run to run: the provider is 247 MB to fetch. */
const KEPT = path.resolve(import.meta.dirname, "../../../node_modules/.cache/fake-cuda");
const BUILT = `${KEPT}-libraries`;
/** NuGet is not asked: whatever it has, the tests are about one and the same provider. */
const NOWHERE = "http://127.0.0.1:1/";

/** Folders for the loader, divided by colons. */
export interface FakeCuda {
  readonly whole: string;
  readonly withoutDriver: string;
  readonly withoutToolkit: string;
  /** With another runtime. */
  readonly defined: (define: Definition) => Promise<string>;
}

/** @returns in words what this machine lacks for it, where it does */
export async function prepareFakeCuda(): Promise<FakeCuda | string> {
  if (process.platform !== "linux" || process.arch !== "x64") return "not 64-bit Linux";
  for (const tool of ["gcc", "nm", "readelf"]) if (spawnSync(tool, ["--version"]).status !== 0) return `no ${tool}`;
  try {
    const folder = path.join(KEPT, RUNTIME_VERSION);
    await setUpCuda({ folder, libraries: HEADERS, nuget: NOWHERE });
    const crt = path.join(folder, "crt");
    if (!existsSync(crt)) await symlink(".", crt);
    const built = (name: string): string => path.join(BUILT, name);
    const common = { provider: path.join(folder, CUDA_PROVIDER), include: folder };
    await mkdir(built("."), { recursive: true });
    await buildFakeCuda({ ...common, folder: built("driver"), only: new RegExp(`^${DRIVER}$`) });
    await buildFakeCuda({ ...common, folder: built("toolkit"), only: /^lib(?!cuda\.)/ });
    const together = (...parts: string[]): string => [folder, ...parts.map(built)].join(":");
    return {
      whole: together("toolkit", "driver"),
      withoutDriver: together("toolkit"),
      withoutToolkit: together("driver"),
      defined: async (define) => {
        await buildFakeCuda({ ...common, folder: built(define), only: RUNTIME, define });
        return together(define, "toolkit", "driver");
      },
    };
  } catch (error) {
    return messageOf(error).split("\n")[0]!;
  }
}
