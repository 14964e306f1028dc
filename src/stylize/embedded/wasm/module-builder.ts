/** A small assembler: functions written in TypeScript become the bytes of a WebAssembly module. */
import { Expression, literal, unsigned, type Operand } from "./expression.ts";
import { CONTROL, STORE, VALUE_TYPE, type ValueType } from "./opcodes.ts";

/** A local variable: an expression that can be assigned. */
export class Local extends Expression {
  readonly index: number;
  constructor(type: ValueType, index: number) {
    super(type, [CONTROL.localGet, ...unsigned(index)]);
    this.index = index;
  }
}

/** Collects the statements of one function in the order of the calls. */
export class FunctionBuilder {
  readonly #parameters: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #body: number[] = [];

  constructor(parameters: readonly ValueType[]) {
    this.#parameters = parameters;
  }

  parameter(index: number): Local {
    return new Local(this.#parameters[index]!, index);
  }

  /** A new variable with a first value. */
  variable(type: ValueType, value: Operand): Local {
    const local = new Local(type, this.#parameters.length + this.#locals.length);
    this.#locals.push(type);
    this.set(local, value);
    return local;
  }

  /** A value computed once and used often. */
  value(expression: Expression): Local {
    return this.variable(expression.type, expression);
  }

  set(local: Local, value: Operand): void {
    this.#body.push(...literal(value, local.type).code, CONTROL.localSet, ...unsigned(local.index));
  }

  increase(local: Local, by: Operand): void {
    this.set(local, local.plus(by));
  }

  store(kind: keyof typeof STORE, address: Expression, value: Operand, offset = 0): void {
    const { code, align } = STORE[kind];
    const type: ValueType = kind === "i16" ? "i32" : kind;
    this.#body.push(...address.code, ...literal(value, type).code, ...code, align, ...unsigned(offset));
  }

  if(condition: Expression, yes: () => void, no?: () => void): void {
    this.#body.push(...condition.code, CONTROL.if, CONTROL.empty);
    yes();
    if (no) {
      this.#body.push(CONTROL.else);
      no();
    }
    this.#body.push(CONTROL.end);
  }

  /** Repeats `body` while `condition` holds, tested before each round. */
  while(condition: Expression, body: () => void): void {
    this.#body.push(CONTROL.block, CONTROL.empty, CONTROL.loop, CONTROL.empty);
    this.#body.push(...literal(0, "i32").equals(condition).code, CONTROL.branchIf, 1);
    body();
    this.#body.push(CONTROL.branch, 0, CONTROL.end, CONTROL.end);
  }

  /** Counts an i32 from `start` up to but not including `end`. */
  for(start: Operand, end: Operand, body: (index: Local) => void, step = 1): void {
    const index = this.variable("i32", start);
    this.while(index.less(end), () => {
      body(index);
      this.increase(index, step);
    });
  }

  /** The function's entry of the code section; `result`, if any, is what falls off its end. */
  encode(result: Expression | undefined): number[] {
    const locals = this.#locals.flatMap((type) => [1, VALUE_TYPE[type]]);
    const end = [...(result?.code ?? []), CONTROL.end];
    const body = [...unsigned(this.#locals.length), ...locals, ...this.#body, ...end];
    return [...unsigned(body.length), ...body];
  }
}

interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
}

/** A function of the module under construction, to call from other functions. */
export type Callable = (...args: readonly Operand[]) => Expression;

const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
/** `\0asm` and version 1 */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const KIND = { function: 0x00, memory: 0x02 } as const;
const SHARED_WITH_MAXIMUM = 0x03;

/** A module that imports one shared memory as `env.memory` and exports its named functions. */
export class ModuleBuilder {
  readonly #types: FunctionType[] = [];
  readonly #bodies: number[][] = [];
  readonly #exports: { name: string; index: number }[] = [];

  /** Adds a function that returns a value, for calls inside the module. */
  inner(
    parameters: readonly ValueType[],
    result: ValueType,
    define: (f: FunctionBuilder, ...args: Local[]) => Expression,
  ): Callable {
    const index = this.#add({ parameters, result }, (f, args) => define(f, ...args));
    return (...args) => {
      const code = parameters.flatMap((type, i) => literal(args[i]!, type).code);
      return new Expression(result, [...code, CONTROL.call, ...unsigned(index)]);
    };
  }

  /** Adds a function without result under a name of the module's exports. */
  exported(
    name: string,
    parameters: readonly ValueType[],
    define: (f: FunctionBuilder, ...args: Local[]) => void,
  ): void {
    const index = this.#add({ parameters, result: null }, (f, args) => {
      define(f, ...args);
      return undefined;
    });
    this.#exports.push({ name, index });
  }

  /** @param maximumPages upper limit of the memory in pages of 64 KiB, as the memory itself declares it */
  encode(maximumPages: number): Uint8Array<ArrayBuffer> {
    const name = (text: string): number[] => [...unsigned(text.length), ...Buffer.from(text)];
    const section = (id: number, entries: readonly (readonly number[])[]): number[] => {
      const content = [...unsigned(entries.length), ...entries.flat()];
      return [id, ...unsigned(content.length), ...content];
    };
    const types = this.#types.map(({ parameters, result }) => [
      0x60,
      ...unsigned(parameters.length),
      ...parameters.map((type) => VALUE_TYPE[type]),
      ...(result ? [1, VALUE_TYPE[result]] : [0]),
    ]);
    const memory = [...name("env"), ...name("memory"), KIND.memory, SHARED_WITH_MAXIMUM, 1, ...unsigned(maximumPages)];
    return Uint8Array.from([
      ...HEADER,
      ...section(SECTION.type, types),
      ...section(SECTION.import, [memory]),
      ...section(
        SECTION.function,
        this.#types.map((_, index) => unsigned(index)),
      ),
      ...section(
        SECTION.export,
        this.#exports.map((entry) => [...name(entry.name), KIND.function, ...unsigned(entry.index)]),
      ),
      ...section(SECTION.code, this.#bodies),
    ]);
  }

  #add(type: FunctionType, define: (f: FunctionBuilder, args: Local[]) => Expression | undefined): number {
    const f = new FunctionBuilder(type.parameters);
    const parameters = type.parameters.map((_, index) => f.parameter(index));
    this.#bodies.push(f.encode(define(f, parameters)));
    return this.#types.push(type) - 1;
  }
}
