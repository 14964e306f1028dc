import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Dict, PickleError, unpickle } from "../../../src/onnx/files/pickle.ts";
import { readTorchSource, readTorchTensors } from "../../../src/onnx/files/torch-file.ts";
import type { TorchTensor } from "../../../src/onnx/files/torch-pickle.ts";
import { EngineError } from "../../../src/errors.ts";
import { readStored, zipOf } from "./zip-writer.ts";

const FIXTURES = path.join(import.meta.dirname, "../../fixtures/torch");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "atelier-torch-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly values: readonly number[];
}

const fixture = (name: string): string => path.join(FIXTURES, `${name}.bin`);
const expected = async (name: string): Promise<Record<string, Expected>> =>
  JSON.parse(await readFile(path.join(FIXTURES, `${name}.json`), "utf8")) as Record<string, Expected>;

const READ: Readonly<Record<string, (bytes: Buffer, at: number) => number>> = {
  float64: (bytes, at) => bytes.readDoubleLE(at * 8),
  float32: (bytes, at) => bytes.readFloatLE(at * 4),
  float16: (bytes, at) => halfToNumber(bytes.readUInt16LE(at * 2)),
  bfloat16: (bytes, at) => new Float32Array(Uint32Array.of(bytes.readUInt16LE(at * 2) << 16).buffer)[0]!,
  int64: (bytes, at) => Number(bytes.readBigInt64LE(at * 8)),
  int32: (bytes, at) => bytes.readInt32LE(at * 4),
  int16: (bytes, at) => bytes.readInt16LE(at * 2),
  int8: (bytes, at) => bytes.readInt8(at),
  uint8: (bytes, at) => bytes.readUInt8(at),
  bool: (bytes, at) => bytes.readUInt8(at),
};

function halfToNumber(half: number): number {
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return half >> 15 ? -size : size;
}

/** Elements in the order of the axes, by the tensor's own offset and strides. */
async function valuesOf({ path, offset, byteLength, dtype, shape, strides }: TorchTensor): Promise<number[]> {
  const file = await open(path);
  const bytes = Buffer.alloc(byteLength);
  await file.read(bytes, 0, byteLength, offset);
  await file.close();
  let places = [0];
  for (const [axis, extent] of shape.entries()) {
    places = places.flatMap((place) => Array.from({ length: extent }, (_, i) => place + i * strides[axis]!));
  }
  return places.map((place) => READ[dtype]!(bytes, place));
}

describe("files written by torch", () => {
  it.each(["module", "kinds", "lightning", "protocol-4", "legacy"])("%s: every tensor, in place", async (name) => {
    const tensors = await readTorchTensors(fixture(name));
    const known = await expected(name);
    expect([...tensors.keys()]).toEqual(Object.keys(known));
    for (const [key, { dtype, shape, strides, values }] of Object.entries(known)) {
      const tensor = tensors.get(key)!;
      expect({ key, dtype: tensor.dtype, shape: tensor.shape, strides: tensor.strides }).toEqual({
        key,
        dtype,
        shape,
        strides,
      });
      expect(await valuesOf(tensor)).toEqual(values);
    }
  });

  it("keeps tied tensors in one place", async () => {
    const tensors = await readTorchTensors(fixture("kinds"));
    expect(tensors.get("tied.first")!.offset).toBe(tensors.get("tied.second")!.offset);
    expect(tensors.get("rows")!.offset).toBe(tensors.get("tied.first")!.offset + 2 * 4 * 4);
  });

  it("serve as a source of weights, without their prefix", async () => {
    const source = await readTorchSource(fixture("lightning"), "state_dict.");
    expect(source.names).toContain("1.weight");
    expect(source.names).not.toContain("loops.1.grids.0");
    expect(source.find("1.weight")).toMatchObject({ dtype: "float32", shape: [3, 2, 3, 3], byteLength: 3 * 2 * 9 * 4 });
    expect(source.find("nothing")).toBeUndefined();
  });

  it("have tensors that a graph cannot use in place", async () => {
    const source = await readTorchSource(fixture("kinds"));
    expect(() => source.find("transposed")).toThrow(EngineError);
    expect(() => source.find("every.second")).toThrow("kinds.bin: every.second is stored transposed or with gaps");
  });
});

/** The pickle of a torch file, by which tests are made. */
const pickleOf = async (name: string): Promise<Buffer> => readStored(await readFile(fixture(name)), `${name}/data.pkl`);

const saved = async (pickle: Buffer, data: Readonly<Record<string, Buffer>> = {}): Promise<string> => {
  const file = path.join(folder, `${Math.random().toString(36).slice(2)}.bin`);
  const entries = Object.entries(data).map(([key, bytes]) => [`a/data/${key}`, bytes] as const);
  await writeFile(file, zipOf([["a/data.pkl", pickle], ["a/byteorder", Buffer.from("little")], ...entries]));
  return file;
};

const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x8c, value.length]), Buffer.from(value)]);
const pickle = (...parts: readonly (string | Buffer | number)[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x80, 2]),
    ...parts.map((part) =>
      typeof part === "string" ? Buffer.from(part, "latin1") : typeof part === "number" ? Buffer.from([part]) : part,
    ),
  ]);

/** `_rebuild_tensor_v2(storage 0 of `count` floats, offset, shape, strides, False, OrderedDict())`. */
const tensorPickle = (count: number, offset: number, shape: number, stride: number): Buffer =>
  pickle(
    "ctorch._utils\n_rebuild_tensor_v2\n((",
    text("storage"),
    "ctorch\nFloatStorage\n",
    text("0"),
    text("cpu"),
    "K",
    count,
    "tQK",
    offset,
    "K",
    shape,
    0x85,
    "J",
    Buffer.from(Int32Array.of(stride).buffer),
    0x85,
    0x89,
    "ccollections\nOrderedDict\n)RtR.",
  );

describe("a hostile pickle", () => {
  const marker = (): string => path.join(folder, "ran");
  it.each([
    [
      "os.system, as pickle writes it",
      () => pickle("cposix\nsystem\n", text(`touch ${marker()}`), 0x85, "R."),
      "posix.system",
    ],
    ["os.system by the stack", () => pickle(text("os"), text("system"), 0x93, text("id"), 0x85, "R."), "os.system"],
    ["eval", () => pickle("c__builtin__\neval\n", text("1+1"), 0x85, "R."), "__builtin__.eval"],
    ["getattr", () => pickle("cbuiltins\ngetattr\n."), "builtins.getattr"],
    ["another function of torch", () => pickle("ctorch.hub\nload\n."), "torch.hub.load"],
    ["another class of collections", () => pickle("ccollections\nnamedtuple\n."), "collections.namedtuple"],
    [
      "a dotted name in a known module",
      () => pickle("ctorch\nFloatStorage.from_file\n."),
      "torch.FloatStorage.from_file",
    ],
    ["a property of all objects", () => pickle("cconstructor\nconstructor\n."), "constructor.constructor"],
    ["INST", () => pickle("(", text("id"), "ios\nsystem\n."), "opcode 0x69"],
    ["OBJ", () => pickle("(ccollections\nOrderedDict\no."), "opcode 0x6f"],
    ["NEWOBJ", () => pickle("ccollections\nOrderedDict\n)", 0x81, "."), "makes an object that tensors do not need"],
    [
      "NEWOBJ with arguments",
      () => pickle("ctorch.nn.modules.container\nParameterDict\n", text("id"), 0x85, 0x81, "."),
      "makes an object that tensors do not need",
    ],
    [
      "a state for a dict of parameters that is none",
      () => pickle("ctorch.nn.modules.container\nParameterDict\n)", 0x81, "Nb."),
      "state",
    ],
    ["a registered extension", () => pickle(0x82, 1, "."), "opcode 0x82"],
    ["a persistent id in text", () => pickle("Pstorage\n."), "opcode 0x50"],
    ["text of protocol 0", () => pickle("S'id'\n."), "opcode 0x53"],
    ["a call of a type of storage", () => pickle("ctorch\nFloatStorage\n)R."), "cannot be called"],
    ["a call of a dict", () => pickle("})R."), "cannot be called"],
    ["a call without arguments", () => pickle("ccollections\nOrderedDict\nNR."), "cannot be called"],
    ["a dict made of pairs", () => pickle("ccollections\nOrderedDict\n]", 0x85, "R."), "OrderedDict"],
    ["a state for a list", () => pickle("]}b."), "state"],
    ["a tensor without a storage", () => pickle("ctorch._utils\n_rebuild_tensor_v2\n)R."), "malformed"],
    ["a storage that is none", () => pickle("NQ."), "not a storage"],
  ])("is refused: %s", async (_title, build, words) => {
    const error = await readTorchTensors(await saved(build())).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(EngineError);
    expect((error as Error).message).toContain(words);
    expect(await readdir(folder)).not.toContain("ran");
  });

  it("may name what trainers leave behind, of which nothing is made", async () => {
    const lightning = "cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n";
    const scalar = ["cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n", text("f8"), 0x85, "R}bN", 0x86, "R"];
    const file = await saved(pickle("}(", lightning, "K\x01", text("best"), ...scalar, "u."));
    expect((await readTorchTensors(file)).size).toBe(0);
  });
});

describe("a damaged pickle", () => {
  it("ends too early at every byte", async () => {
    const whole = await pickleOf("module");
    const host = {
      findGlobal: (_module: string, name: string) => ({ name, call: () => new Dict() }),
      load: () => 0,
      build: () => true,
    };
    expect(unpickle(whole, host)).toBeInstanceOf(Dict);
    for (let length = 0; length < whole.length; length++) {
      expect(() => unpickle(whole.subarray(0, length), host)).toThrow(PickleError);
    }
  });

  it.each([
    ["a list in itself", () => pickle("]q\0h\0a.")],
    ["a dict in itself", () => pickle("}q\0", text("me"), "h\0s.")],
    ["a thousand lists in one another", () => pickle("]".repeat(1000), "a".repeat(999), ".")],
    [
      "lists that double 40 times",
      () =>
        pickle(
          "]q\0",
          ...Array.from(
            { length: 40 },
            (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`,
          ),
          ".",
        ),
    ],
  ])("goes in circles: %s", async (_title, build) => {
    await expect(readTorchTensors(await saved(build()))).rejects.toThrow("nested too deeply or in circles");
  });

  it.each([
    ["the stack", "]".repeat(1_500_000)],
    ["the marks", "(".repeat(1_500_000)],
    ["the memo", `N${"\x94".repeat(1_500_000)}`],
  ])("floods %s", async (_title, opcodes) => {
    await expect(readTorchTensors(await saved(pickle(opcodes)))).rejects.toThrow("more memory than tensors need");
  });

  it("may use any slot of the memo without taking its memory", async () => {
    const file = await saved(
      pickle("}r", Buffer.from([255, 255, 255, 255]), "j", Buffer.from([255, 255, 255, 255]), "."),
    );
    expect((await readTorchTensors(file)).size).toBe(0);
    await expect(readTorchTensors(await saved(pickle("h\x05.")))).rejects.toThrow("nothing was remembered as 5");
  });

  it("has a text that is not UTF-8", async () => {
    await expect(readTorchTensors(await saved(pickle(Buffer.from([0x8c, 1, 0xff]), ".")))).rejects.toThrow("not UTF-8");
  });

  it("has two tensors of one name, one of them by way of a dict", async () => {
    const tensor = tensorPickle(4, 0, 4, 1).subarray(2, -1);
    const twice = pickle("}(", text("a.b"), tensor, text("a"), "}", text("b"), tensor, "su.");
    const file = await saved(twice, { 0: Buffer.alloc(16) });
    await expect(readTorchTensors(file)).rejects.toThrow("it has two tensors a.b");
  });

  it("never does anything but fail cleanly, whatever bytes are changed", async () => {
    const original = await pickleOf("kinds");
    const host = { findGlobal: () => undefined, load: () => null, build: () => false };
    const outcome = (bytes: Buffer): string => {
      try {
        unpickle(bytes, host);
        return "read";
      } catch (error) {
        return error instanceof PickleError ? "refused" : String(error);
      }
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at] = value;
        expect(outcome(bytes)).toMatch(/^(?:read|refused)$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("an archive of more than 4 GiB", () => {
  it("keeps its sizes and places in fields of their own", async () => {
    const file = path.join(folder, "large.bin");
    const entries = [
      ["a/data/0", Buffer.alloc(16, 7)],
      ["a/data.pkl", tensorPickle(4, 0, 4, 1)],
    ] as const;
    await writeFile(file, zipOf(entries, true));
    expect((await readTorchTensors(file)).get("")).toMatchObject({ offset: 38, byteLength: 16 });
    const damaged = zipOf(entries, true);
    damaged.fill(0xff, damaged.length - 34, damaged.length - 26); // where the record is said to be
    await writeFile(file, damaged);
    await expect(readTorchTensors(file)).rejects.toThrow("outside the file");
  });
});

describe("a damaged archive", () => {
  it.each([
    [0, 0, 4, 1, null],
    [3, 0, 1, 1, "said to have 3 float32, but has 16 bytes"],
    [4, 1, 4, 1, "outside of its storage"],
    [4, 0, 2, 4, "outside of its storage"],
    [4, 0, 2, -1, "malformed"],
  ])("storage of %d, offset %d, shape %d, stride %d: %s", async (count, offset, shape, stride, words) => {
    const file = await saved(tensorPickle(count || 4, offset, shape, stride), { 0: Buffer.alloc(16) });
    const reading = readTorchTensors(file);
    if (words === null) expect((await reading).get("")).toMatchObject({ dtype: "float32", shape: [4], byteLength: 16 });
    else await expect(reading).rejects.toThrow(words);
  });

  it("names a storage that is missing", async () => {
    await expect(readTorchTensors(await saved(tensorPickle(4, 0, 4, 1)))).rejects.toThrow("the storage 0 is missing");
  });

  it.each(["module", "legacy"])("%s does not end too early anywhere without being noticed", async (name) => {
    const whole = await readFile(fixture(name));
    for (let length = 0; length < whole.length; length += 97) {
      const file = path.join(folder, "cut.bin");
      await writeFile(file, whole.subarray(0, length));
      await expect(readTorchTensors(file)).rejects.toBeInstanceOf(EngineError);
    }
  });

  it.each([
    ["a compressed entry", [["a/data.pkl", Buffer.from("}."), { method: 8 }]], "is compressed"],
    ["an encrypted entry", [["a/data.pkl", Buffer.from("}."), { flags: 1 }]], "is encrypted"],
    [
      "two entries of a name",
      [
        ["a/data.pkl", Buffer.from("}.")],
        ["a/data.pkl", Buffer.from("}.")],
      ],
      "two entries",
    ],
    ["an entry beyond the end", [["a/data.pkl", Buffer.from("}."), { offset: 1 << 20 }]], "outside the file"],
    ["an entry into the directory", [["a/data.pkl", Buffer.from("}."), { size: 60 }]], "runs into the directory"],
    ["no pickle", [["readme.txt", Buffer.from("hello")]], "not written by torch.save"],
    [
      "a big-endian machine",
      [
        ["a/data.pkl", Buffer.from("}.")],
        ["a/byteorder", Buffer.from("big")],
      ],
      "big-endian",
    ],
  ] as const)("has %s", async (_title, entries, words) => {
    const file = path.join(folder, "odd.bin");
    await writeFile(file, zipOf(entries));
    await expect(readTorchTensors(file)).rejects.toThrow(words);
  });

  it.each([
    ["nothing", Buffer.alloc(0), "its download did not begin"],
    ["a page of an error", Buffer.from("<html>Sign in</html>"), "is a web page"],
    ["cut off", Buffer.from("PK\x03\x04 and no more"), "not downloaded to its end"],
    ["a file of torch before 1.6 that ends", Buffer.from([0x80, 2, 0x8a, 10]), "ends too early"],
    ["a pickle that torch did not write", Buffer.from("\x80\x02}.", "latin1"), "torch.save did not write it"],
  ])("is %s", async (_title, bytes, words) => {
    const file = path.join(folder, "other.bin");
    await writeFile(file, bytes);
    await expect(readTorchTensors(file)).rejects.toThrow(words);
    await expect(readTorchTensors(path.join(folder, "absent.bin"))).rejects.toThrow("cannot be read");
  });
});
