/** Builds a CUDA that is none, for onnxruntime's provider to load: it places networks on it, and computes nothing. */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const MOST_OUTPUT = 64 * 1024 * 1024;

/** The driver's library, which a test may leave out: a machine without a driver. */
export const DRIVER = "libcuda.so.1";
export const RUNTIME = /^libcudart\./;
/** Loaded when it is first asked for, so that no table names it. */
const CUDNN = "libcudnn.so.9";

/** Another runtime: `DEVICE_ERROR=35`, `CAPABILITY=61`. */
export type Definition = `${string}=${number}`;

export interface FakeCudaOptions {
  /** libonnxruntime_providers_cuda.so */
  readonly provider: string;
  /** Headers of CUDA's runtime. */
  readonly include: string;
  /** Where the libraries are put. */
  readonly folder: string;
  /** Only libraries whose name matches; all by default. */
  readonly only?: RegExp;
  readonly define?: Definition;
}

/**
 * Libraries under the names that the provider asks for, with every function that it takes from them: those in the C files
 * beside this one, and for all others one that answers 0.
 *
 * @throws when gcc or binutils are missing
 */
export async function buildFakeCuda(options: FakeCudaOptions): Promise<void> {
  const { provider, folder, only = /./ } = options;
  await mkdir(folder, { recursive: true });
  const libraries = new Map((await neededLibraries(provider)).map((name) => [name, new Set<string>()]));
  for (const { name, library } of await undefinedSymbols(provider)) libraries.get(library ?? DRIVER)?.add(name);
  libraries.set(CUDNN, await namesOfCudnn(provider));
  for (const [library, functions] of libraries) if (only.test(library)) await build(library, functions, options);
}

async function build(
  library: string,
  functions: ReadonlySet<string>,
  { include, folder, define }: FakeCudaOptions,
): Promise<void> {
  const answers = path.join(import.meta.dirname, RUNTIME.test(library) ? "runtime.c" : "libraries.c");
  const others = path.join(folder, `${library}.c`);
  const versions = path.join(folder, `${library}.map`);
  await writeFile(
    others,
    [...functions].map((name) => `__attribute__((weak)) int ${name}(void) { return 0; }\n`).join(""),
  );
  await writeFile(versions, `${library} { global: *; };\n`);
  const isVersioned = library !== DRIVER && library !== CUDNN;
  const headers = ["-I", include, ...(define === undefined ? [] : [`-D${define}`])];
  const names = [`-Wl,-soname,${library}`, ...(isVersioned ? [`-Wl,--version-script=${versions}`] : [])];
  await run("gcc", ["-w", "-shared", "-fPIC", ...headers, ...names, "-o", path.join(folder, library), others, answers]);
}

/** What the loader looks for beside the C library, by name. */
async function neededLibraries(provider: string): Promise<string[]> {
  const { stdout } = await run("readelf", ["-d", provider], { maxBuffer: MOST_OUTPUT });
  return [...stdout.matchAll(/\(NEEDED\).*\[(libcu[^\]]+)\]/g)].map(([, name]) => name!);
}

async function undefinedSymbols(provider: string): Promise<{ name: string; library: string | undefined }[]> {
  const { stdout } = await run("nm", ["-D", "--undefined-only", provider], { maxBuffer: MOST_OUTPUT });
  return [...stdout.matchAll(/ U ((?:__)?cu\w+)(?:@(\S+))?$/gm)].map(([, name, library]) => ({ name: name!, library }));
}

/** The functions of cuDNN are looked up by name: they stand in the provider as text. */
async function namesOfCudnn(provider: string): Promise<Set<string>> {
  const text = (await readFile(provider)).toString("latin1");
  return new Set([...text.matchAll(/\0(cudnn[A-Z]\w+)(?=\0)/g)].map(([, name]) => name!));
}
