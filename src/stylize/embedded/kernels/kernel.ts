/** What a kernel is: a WebAssembly function that works on one part of a job, its arguments read from shared memory. */
import type { Expression } from "../wasm/expression.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/module-builder.ts";

/** Names and types of a kernel's arguments, in the order in which they lie in memory (four bytes each). */
export type KernelArguments = Readonly<Record<string, "i32" | "f32">>;

/** The values of those; addresses are byte offsets into the shared memory. */
export type ArgumentValues<A extends KernelArguments> = Readonly<Record<keyof A, number>>;

export interface Kernel<A extends KernelArguments = KernelArguments> {
  readonly name: string;
  readonly args: A;
  readonly addTo: (module: ModuleBuilder) => void;
}

/** What the body of a kernel sees. */
export interface KernelScope<A extends KernelArguments> {
  readonly f: FunctionBuilder;
  readonly args: Readonly<Record<keyof A, Local>>;
  /** the number of the part to do */
  readonly part: Local;
  /** first row and end row (exclusive) of this part when `total` rows are dealt out evenly */
  readonly share: (total: Expression) => { readonly start: Local; readonly end: Local };
}

/** Bytes of an interleaved pixel: four f32, three channels and a one that sums up weights. */
export const PIXEL_BYTES = 16;

/** Declares a kernel; `body` writes its code. The exported function takes (part, number of parts, address of arguments). */
export function defineKernel<const A extends KernelArguments>(
  name: string,
  args: A,
  body: (scope: KernelScope<A>) => void,
): Kernel<A> {
  const addTo = (module: ModuleBuilder): void => {
    module.exported(name, ["i32", "i32", "i32"], (f, part, parts, address) => {
      const entries = Object.entries(args).map(([key, type], i) => [key, f.value(address!.load(type, 4 * i))]);
      const share = (total: Expression): { start: Local; end: Local } => ({
        start: f.value(total.times(part!).over(parts!)),
        end: f.value(total.times(part!.plus(1)).over(parts!)),
      });
      body({ f, args: Object.fromEntries(entries) as Record<keyof A, Local>, part: part!, share });
    });
  };
  return { name, args, addTo };
}
