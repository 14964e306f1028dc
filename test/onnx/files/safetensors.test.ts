import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Graph, op } from "../../../src/onnx/index.ts";
import { readSafetensors, readSafetensorsIndex } from "../../../src/onnx/files/safetensors.ts";
import { Weights } from "../../../src/onnx/weights.ts";

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "atelier-safetensors-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, header: unknown, dataBytes: number): string => {
  const json = Buffer.isBuffer(header)
    ? header
    : Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = path.join(folder, name);
  writeFileSync(file, Buffer.concat([length, json, Buffer.alloc(dataBytes, 1)]));
  return file;
};
const entry = (shape: number[], begin: number, end: number, dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("a safetensors file", () => {
  it("says where each tensor lies", async () => {
    const header = {
      b: entry([2], 12, 16, "F16"),
      __metadata__: { format: "pt" },
      a: entry([3, 1], 0, 12),
      none: entry([0], 16, 16),
    };
    const file = write("good.safetensors", header, 16);
    const source = await readSafetensors(file);
    const start = 8 + JSON.stringify(header).length;
    expect(source.names.toSorted()).toEqual(["a", "b", "none"]);
    expect(source.find("a")).toEqual({ dtype: "float32", shape: [3, 1], path: file, offset: start, byteLength: 12 });
    expect(source.find("b")).toEqual({ dtype: "float16", shape: [2], path: file, offset: start + 12, byteLength: 4 });
    expect(source.find("c")).toBeUndefined();
    expect(source.find("__proto__")).toBeUndefined();
  });

  it("may hold quotes, backslashes and colons wherever JSON may", async () => {
    const odd = String.raw`a":{"b\" \\`;
    const header = { [odd]: entry([1], 0, 4), __metadata__: { note: odd, [odd]: String.raw`\": {"note": 1` } };
    expect((await readSafetensors(write("odd", header, 4))).names).toEqual([odd]);
  });

  it("is found behind symbolic links, as in the hub's cache", async () => {
    const target = write("blob", { a: entry([1], 0, 4) }, 4);
    const link = path.join(folder, "model.safetensors");
    symlinkSync("blob", link);
    const source = await readSafetensors(link);
    expect(source.find("a")!.path).toBe(target);
  });

  it.each([
    ["is missing", () => path.join(folder, "gone"), /gone: cannot be read/],
    [
      "is too short",
      () => (writeFileSync(path.join(folder, "short"), Buffer.alloc(4)), path.join(folder, "short")),
      /too short/,
    ],
    [
      "ends in its header",
      () => (
        writeFileSync(path.join(folder, "cut"), Buffer.from([99, 0, 0, 0, 0, 0, 0, 0, 123])),
        path.join(folder, "cut")
      ),
      /ends within its header/,
    ],
    [
      "claims a huge header",
      () => (writeFileSync(path.join(folder, "huge"), Buffer.alloc(64, 255)), path.join(folder, "huge")),
      /not a safetensors file/,
    ],
    ["has a header that is not JSON", () => write("f1", "{]", 0), /not JSON/],
    ["has a header that is no object", () => write("f2", "[1]", 0), /f2/],
    ["has an entry that is none", () => write("f3", { a: 7 }, 0), /entry of a is malformed/],
    ["has a negative size", () => write("f4", { a: entry([-1], 0, 4) }, 4), /entry of a is malformed/],
    ["has sizes beyond counting", () => write("f5", { a: entry([2 ** 52, 2 ** 52], 0, 4) }, 4), /but has 4 bytes/],
    ["has a tensor outside the file", () => write("f6", { a: entry([4], 0, 16) }, 12), /a lies at 0 to 16, outside/],
    ["has a tensor that ends before it begins", () => write("f7", { a: entry([0], 4, 0) }, 4), /outside/],
    ["has a tensor of the wrong length", () => write("f8", { a: entry([4], 0, 12) }, 12), /\[4\] but has 12 bytes/],
    ["has tensors that overlap", () => write("f9", { a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12), /b overlaps/],
    [
      "has bytes between tensors",
      () => write("f10", { a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12),
      /4 bytes before b/,
    ],
    ["has bytes at its end", () => write("f11", { a: entry([1], 0, 4) }, 12), /8 bytes at its end/],
    [
      "has an unknown element type",
      () => write("f12", { a: entry([4], 0, 4, "F8_E4M3") }, 4),
      /unknown element type F8_E4M3/,
    ],
    [
      "has an element type off the prototype",
      () => write("f13", { a: entry([4], 0, 4, "constructor") }, 4),
      /unknown element type/,
    ],
    [
      "has a tensor twice",
      () => write("f14", `{"a":${JSON.stringify(entry([1], 0, 4))},"a":${JSON.stringify(entry([1], 0, 4))}}`, 4),
      /f14 \(header\): has a twice/,
    ],
    ["has a tensor twice, spelt in two ways", () => write("f15", String.raw`{"a":1,"\u0061" :2}`, 4), /has a twice/],
    [
      "has a tensor that lies in two places",
      () => write("f16", '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[4,8]}}', 8),
      /has data_offsets twice/,
    ],
    [
      "has a header that is not UTF-8",
      () => write("f17", Buffer.from(`{"\xff":${JSON.stringify(entry([1], 0, 4))}}`, "latin1"), 4),
      /f17 \(header\): is not UTF-8/,
    ],
    ["has half a character as a name", () => write("f18", String.raw`{"\ud800":1}`, 0), /which is no name/],
    ["has a name without end", () => write("f19", { ["n".repeat(600)]: entry([1], 0, 4) }, 4), /which is no name/],
    [
      "has more tensors than any network",
      () => write("f20", Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [i, 0])), 0),
      /20001 tensors, 20000 at most/,
    ],
    ["is nested without end", () => write("f21", `{"a":${"[".repeat(1000)}`, 0), /nested more than 64 deep/],
    [
      "claims a header larger than any",
      () => write("f22", " ".repeat(16 * 1024 * 1024 + 1), 0),
      /not a safetensors file \(a header of 16777217 bytes\)/,
    ],
  ])("is refused when it %s", async (_, make, message) => {
    await expect(readSafetensors(make())).rejects.toMatchObject({
      name: "EngineError",
      retryable: false,
      message: expect.stringMatching(message) as unknown,
    });
  });

  it("never gives out bytes beyond the file, whatever its header says", async () => {
    const offsets = fc.tuple(fc.integer({ min: -8, max: 40 }), fc.integer({ min: -8, max: 40 }));
    const anyEntry = fc.record({
      dtype: fc.constantFrom("F32", "U8", "F16"),
      shape: fc.array(fc.nat(5), { maxLength: 3 }),
      data_offsets: offsets,
    });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), anyEntry, { maxKeys: 4 }), fc.nat(40), async (header, bytes) => {
        const file = write("fuzz", header, bytes);
        const source = await readSafetensors(file).catch(() => null);
        const size = 8 + JSON.stringify(header).length + bytes;
        for (const name of source?.names ?? []) {
          const tensor = source!.find(name)!;
          expect(tensor.offset + tensor.byteLength).toBeLessThanOrEqual(size);
          expect(tensor.offset).toBeGreaterThanOrEqual(8);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

describe("a checkpoint in several files", () => {
  it("is read as one", async () => {
    write("part-1.safetensors", { a: entry([1], 0, 4) }, 4);
    write("part-2.safetensors", { b: entry([2], 0, 8) }, 8);
    const index = path.join(folder, "model.safetensors.index.json");
    writeFileSync(index, JSON.stringify({ weight_map: { a: "part-1.safetensors", b: "part-2.safetensors" } }));
    const source = await readSafetensorsIndex(index);
    expect(source.names).toEqual(["a", "b"]);
    expect(source.find("b")!.path).toBe(path.join(folder, "part-2.safetensors"));
  });

  it("is refused when the index names a file elsewhere, or a tensor that is not there", async () => {
    mkdirSync(path.join(folder, "inner"));
    const index = path.join(folder, "inner", "x.safetensors.index.json");
    writeFileSync(index, JSON.stringify({ weight_map: { a: "../part-1.safetensors" } }));
    await expect(readSafetensorsIndex(index)).rejects.toThrow(/not one beside it/);
    const beside = path.join(folder, "y.safetensors.index.json");
    writeFileSync(beside, JSON.stringify({ weight_map: { z: "part-1.safetensors" } }));
    await expect(readSafetensorsIndex(beside)).rejects.toThrow(/does not hold the tensor z/);
  });
});

describe("weights", () => {
  const weightsOf = async (): Promise<Weights> => {
    const header = {
      "conv.weight": entry([2, 3, 1, 1], 0, 24),
      "conv.ids": entry([2], 24, 32, "I32"),
      "conv.half": entry([4], 32, 40, "F16"),
    };
    return new Weights(
      new Graph("weights"),
      await readSafetensors(write("weights.safetensors", header, 40)),
      "float32",
    );
  };

  it("are taken once, under the path of their scope", async () => {
    const w = await weightsOf();
    const weight = w.scope("conv").tensor("weight", [2, 3, 1, 1]);
    expect(weight.name).toBe("conv.weight");
    expect(w.tensor("conv.weight", [2, 3, 1, 1])).toBe(weight);
    expect(w.scope("conv").has("weight")).toBe(true);
    expect(w.has("weight")).toBe(false);
  });

  it("are cast to what the network computes in", async () => {
    const half = (await weightsOf()).tensor("conv.half", [4]);
    expect([half.dtype, half.name]).toEqual(["float32", "conv.half/Cast"]);
  });

  it("may be a linear layer stored as a convolution, and be taken in rows", async () => {
    const w = await weightsOf();
    const row = w.rows("conv.weight", [2, 3], 1, 1);
    expect(row.shape).toEqual([1, 3]);
    const initializer = w.graph.initializers.get(row.name)!;
    expect("external" in initializer && initializer.external.byteLength).toBe(12);
    expect(op.gemm(w.graph.input("x", "float32", [5, 3]), row, null, { transB: true }).shape).toEqual([5, 1]);
  });

  it("name what is missing or wrong", async () => {
    const w = (await weightsOf()).scope("conv");
    expect(() => w.tensor("bias", [2])).toThrow(/weights\.safetensors: the tensor conv\.bias is missing/);
    expect(() => w.tensor("weight", [3, 2, 1, 1])).toThrow(/conv\.weight is \[2, 3, 1, 1\], expected \[3, 2, 1, 1\]/);
    expect(() => w.tensor("ids", [2])).toThrow(/conv\.ids is int32, not real numbers/);
  });
});
