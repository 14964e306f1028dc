/** The part of the WebAssembly JavaScript interface that is used here; the type libraries for Node declare none of it. */

interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  /** adds pages of 64 KiB; views made before stay valid */
  grow(pages: number): number;
}

/** Compiled code; structured clone carries it to other threads. */
export interface CompiledModule {
  readonly [Symbol.toStringTag]: string;
}

interface Instance {
  readonly exports: Readonly<Record<string, (...args: number[]) => void>>;
}

interface WebAssemblyInterface {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Module: new (bytes: Uint8Array) => CompiledModule;
  readonly Instance: new (module: CompiledModule, imports: { env: { memory: SharedMemory } }) => Instance;
}

export const wasm = (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;
