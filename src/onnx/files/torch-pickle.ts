/** What a pickle of torch.save says: names and layouts of tensors. Only the globals that tensors need are known. */
import { excerpt } from "../../errors.ts";
import { bytesPerElement, type DType } from "../dtype.ts";
import { Dict, PickleError, Tuple, unpickleFrom, type PickleGlobal, type PickleHost } from "./pickle.ts";

/** A tensor as it lies in the file. */
export interface TorchTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Steps between neighbours along each axis, in elements. */
  readonly strides: readonly number[];
  readonly path: string;
  readonly offset: number;
  /** From the first element to the last. */
  readonly byteLength: number;
}

/** The file that a pickle belongs to, and where the bytes of its storages lie. */
export interface StorageFile {
  readonly path: string;
  /** @param bytes what the pickle says it takes, for `count` elements */
  storage(key: string, bytes: number, count: number): StorageBytes | undefined;
}

export interface StorageBytes {
  readonly offset: number;
  readonly size: number;
}

// What a file may have at most; the largest checkpoints, with averages and the state of their optimizer, stay far below.
/** Bytes; the pickle of Stable Diffusion v1.4 with all that its training left has under one million. */
export const LONGEST_PICKLE = 16 * 1024 * 1024;
export const MOST_STORAGES = 20_000;
const DEEPEST_NESTING = 32;
/** Those met again by way of another container included. */
const MOST_VALUES = 200_000;
const MOST_TENSORS = 20_000;
/** Characters of a tensor's whole name. */
const LONGEST_NAME = 512;
const LONGEST_STORAGE_KEY = 64;
const MOST_AXES = 8;

/** The tensors by dotted names, of the pickle at `start`, and where it ends. @throws PickleError */
export function unpickleTensors(
  pickle: Uint8Array,
  file: StorageFile,
  start = 0,
): { tensors: Map<string, TorchTensor>; end: number } {
  const { value, end } = unpickleFrom(pickle, start, new TorchHost(file));
  return { tensors: flattened(value), end };
}

const STORAGES: Readonly<Record<string, DType>> = {
  DoubleStorage: "float64",
  FloatStorage: "float32",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "bool",
};

/**
 * What training frameworks leave beside the weights (Lightning's callbacks, numpy's numbers). Such an object is never
 * made: all that is kept of it is that it was there.
 */
const INERT = new Set([
  "numpy.core.multiarray.scalar",
  "numpy._core.multiarray.scalar",
  "numpy.dtype",
  "_codecs.encode",
  "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
  // Of modules: the names of buffers that are not saved.
  "__builtin__.set",
  "builtins.set",
]);
const LEFT_OUT = Symbol("an object that is not a tensor");

class StorageType implements PickleGlobal {
  readonly name: string;
  readonly dtype: DType;
  constructor(name: string, dtype: DType) {
    this.name = name;
    this.dtype = dtype;
  }
}

class Storage {
  readonly dtype: DType;
  readonly entry: StorageBytes;
  constructor(dtype: DType, entry: StorageBytes) {
    this.dtype = dtype;
    this.entry = entry;
  }
}

/** Told apart from the dicts around it by its class. */
class Stored {
  readonly tensor: TorchTensor;
  constructor(tensor: TorchTensor) {
    this.tensor = tensor;
  }
}

/**
 * `torch.nn.ParameterDict`, in which textual inversion keeps what it learned. Its parameters stand in a dict within its
 * state; those that torch 1.12 and later did not make parameters of stand beside it, and `_keys` says which they are.
 */
class ParameterDict {
  readonly content = new Dict();

  fill(state: Dict): void {
    const part = (name: string): Dict | undefined => {
      const found = state.entries.find(([key]) => key === name)?.[1];
      return found instanceof Dict ? found : undefined;
    };
    const keys = new Set(part("_keys")?.entries.map(([key]) => key));
    const beside = state.entries.filter(([key]) => keys.has(key));
    this.content.entries.push(...(part("_parameters")?.entries ?? []), ...beside);
  }
}

/** The few globals of torch, without torch. */
class TorchHost implements PickleHost {
  readonly #file: StorageFile;
  readonly #globals: ReadonlyMap<string, PickleGlobal>;

  constructor(file: StorageFile) {
    this.#file = file;
    const globals: PickleGlobal[] = [
      { name: "collections.OrderedDict", call: emptyDict },
      { name: "torch._utils._rebuild_tensor_v2", call: (args) => this.#tensor(args) },
      { name: "torch._utils._rebuild_parameter", call: ([tensor]) => tensor },
      { name: "torch.nn.modules.container.ParameterDict", make: () => new ParameterDict() },
      ...Object.entries(STORAGES).map(([name, dtype]) => new StorageType(`torch.${name}`, dtype)),
      ...[...INERT].map((name) => ({ name, call: () => LEFT_OUT })),
      // How a training was started.
      { name: "argparse.Namespace", make: () => LEFT_OUT },
    ];
    this.#globals = new Map(globals.map((global) => [global.name, global]));
  }

  findGlobal(module: string, name: string): PickleGlobal | undefined {
    return this.#globals.get(`${module}.${name}`);
  }

  /** Ordered dicts carry metadata of the modules, which is dropped. */
  build(object: unknown, state: unknown): boolean {
    if (object instanceof ParameterDict && state instanceof Dict) object.fill(state);
    else return object instanceof Dict || object === LEFT_OUT;
    return true;
  }

  /** A storage by `("storage", type, key, device, number of elements)`; before torch 1.6 also views and classes. */
  load(id: unknown): unknown {
    const [kind, type, key, , count, view] = id instanceof Tuple ? id.items : [];
    if (kind === "module") return type; // a class, and its source beside it
    if (kind !== "storage" || !(type instanceof StorageType) || typeof key !== "string") {
      throw new PickleError("it refers to something that is not a storage");
    }
    if (view instanceof Tuple) throw new PickleError("it has a view of a storage; save it again with a newer torch");
    const bytes = isNatural(count) ? count * bytesPerElement(type.dtype) : -1;
    const isKnown = key.length <= LONGEST_STORAGE_KEY && isNatural(count);
    const entry = isKnown ? this.#file.storage(key, bytes, count) : undefined;
    if (!entry) throw new PickleError(`the storage ${excerpt(key)} is missing`);
    if (bytes !== entry.size)
      throw new PickleError(
        `the storage ${key} is said to have ${String(count)} ${type.dtype}, but has ${entry.size} bytes`,
      );
    return new Storage(type.dtype, entry);
  }

  /** `_rebuild_tensor_v2(storage, offset, shape, strides, …)`. */
  #tensor([storage, start, size, stride]: readonly unknown[]): Stored {
    if (!(storage instanceof Storage) || !isNatural(start)) throw new PickleError("a tensor is malformed");
    const shape = naturals(size);
    const strides = naturals(stride);
    if (shape.length !== strides.length) throw new PickleError("a tensor's shape is malformed");
    const count = shape.includes(0)
      ? 0
      : 1 + shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis]!, 0);
    const bytes = bytesPerElement(storage.dtype);
    if ((start + count) * bytes > storage.entry.size) throw new PickleError("a tensor lies outside of its storage");
    return new Stored({
      dtype: storage.dtype,
      shape,
      strides,
      path: this.#file.path,
      offset: storage.entry.offset + start * bytes,
      byteLength: count * bytes,
    });
  }
}

function emptyDict(args: readonly unknown[]): Dict {
  if (args.length > 0) throw new PickleError("an OrderedDict is made in a way that torch.save does not");
  return new Dict();
}

const isNatural = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function naturals(value: unknown): number[] {
  const items = value instanceof Tuple ? value.items : null;
  // The length first: a tuple may be long, and be named again and again.
  if (items === null || items.length > MOST_AXES || !items.every(isNatural))
    throw new PickleError("a tensor's shape is malformed");
  return [...items];
}

/** The tensors of nested dicts, lists and tuples, by dotted names. */
function flattened(root: unknown): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  const keys: (string | number)[] = [];
  let seen = 0;
  const visit = (value: unknown): void => {
    if (keys.length > DEEPEST_NESTING || ++seen > MOST_VALUES)
      throw new PickleError("it is nested too deeply or in circles");
    if (value instanceof Stored) {
      const name = dotted(keys);
      if (tensors.has(name)) throw new PickleError(`it has two tensors ${excerpt(name)}`);
      tensors.set(name, value.tensor);
      if (tensors.size > MOST_TENSORS) throw new PickleError(`it has more than ${MOST_TENSORS} tensors`);
    }
    for (const [key, item] of entriesOf(value)) {
      if (typeof key !== "string" && typeof key !== "number") continue;
      keys.push(key);
      visit(item);
      keys.pop();
    }
  };
  visit(root);
  return tensors;
}

function entriesOf(value: unknown): Iterable<readonly [key: unknown, value: unknown]> {
  if (value instanceof Dict) return value.entries;
  if (value instanceof ParameterDict) return value.content.entries;
  if (value instanceof Tuple) return value.items.entries();
  return Array.isArray(value) ? value.entries() : [];
}

/** Joined only where a tensor lies, and not before its length is known: a long key may stand over thousands of names. */
function dotted(keys: readonly (string | number)[]): string {
  const parts = keys.map(String);
  const length = parts.reduce((sum, part) => sum + part.length + 1, -1);
  if (length > LONGEST_NAME) throw new PickleError(`a tensor's name has ${length} characters, ${LONGEST_NAME} at most`);
  return parts.join(".");
}
