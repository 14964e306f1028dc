/** Starts a TypeScript module of this project as a child process with a message channel. */
import { fork, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import { cudaEnvironment } from "../cuda-folder.ts";

/**
 * So that glibc gives memory back when a network is released: without these, half of what a session took stays with the
 * process (measured: 1.5 of 3.4 GB; with them 0.1). Other platforms do not look at them.
 */
const MALLOC = { MALLOC_MMAP_THRESHOLD_: "65536", MALLOC_TRIM_THRESHOLD_: "65536", MALLOC_ARENA_MAX: "1" };

/** What a child has no business with. */
const SECRETS = ["DATABASE_URL", "DISCORD_TOKEN", "HF_TOKEN", "QUEUE_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];

/** Absolute, so that it is found from any working directory. */
export const LOADER = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm")).href;

export interface ForkOptions {
  /** Options of Node for the process. */
  readonly nodeOptions?: readonly string[];
  /** Where CUDA lies, unless where `npm run setup:cuda` puts it. */
  readonly libraries?: string | undefined;
  /** Variables beside the ones of this process, or in place of them. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** @param module path of a `.ts` file; its output is piped */
export function forkModule(
  module: string,
  args: readonly string[] = [],
  { nodeOptions = [], libraries, environment }: ForkOptions = {},
): ChildProcess {
  const env: NodeJS.ProcessEnv = { ...process.env, ...MALLOC, ...cudaEnvironment(libraries), ...environment };
  for (const name of SECRETS) delete env[name];
  const child = fork(module, [...args], {
    execArgv: ["--import", LOADER, ...nodeOptions],
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  // It would go by itself, but not before the end of what it is computing.
  const end = (): unknown => child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}
