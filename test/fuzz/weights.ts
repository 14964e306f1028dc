/** Readers of weights: safetensors, pickles, zip archives, torch files, learned styles. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import fc from "fast-check";

import { PickleError } from "../../src/onnx/files/pickle.ts";
import { unpickleTensors } from "../../src/onnx/files/torch-pickle.ts";
import { readTorchSource } from "../../src/onnx/files/torch-file.ts";
import { readZipDirectory, ZipError } from "../../src/onnx/files/zip-directory.ts";
import { EngineError, UserError } from "../../src/errors.ts";
import { readSafetensors, readSafetensorsMetadata } from "../../src/onnx/files/safetensors.ts";
import { encodeTokenFile, readTokenFile } from "../../src/stylize/diffusion/token-file.ts";
import { readStored, zipOf } from "../onnx/files/zip-writer.ts";
import { damaged, damagedJson } from "./mutations.ts";
import { type OpenTarget, orRefused, type Target } from "./target.ts";

const FIXTURES = path.join(import.meta.dirname, "../fixtures");
const torchFile = (name: string): Buffer => readFileSync(path.join(FIXTURES, "torch", name));

/** Opens a target whose inputs are files. */
async function onFiles(run: (file: string) => Promise<void>): Promise<OpenTarget<Buffer>> {
  const folder = mkdtempSync(path.join(tmpdir(), "atelier-fuzz-"));
  const file = path.join(folder, "given");
  return {
    run: async (bytes) => {
      writeFileSync(file, bytes);
      await run(file);
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

const STYLE = encodeTokenFile({
  vectors: { data: Float32Array.from({ length: 24 }, (_, i) => i / 100), shape: [1, 24] },
  about: { name: "waves", description: null, styleSha256: "a".repeat(64), steps: 350, loss: 0.125 },
});

/** A header, some of its keys twice, before data of about the length that it speaks of. */
const headers: fc.Arbitrary<Buffer> = fc
  .tuple(
    damagedJson(
      fc.constant({
        __metadata__: { format: "pt" },
        "<style>": { dtype: "F32", shape: [1, 8], data_offsets: [0, 32] },
        empty: { dtype: "F16", shape: [0], data_offsets: [32, 32] },
        ids: { dtype: "I64", shape: [2], data_offsets: [32, 48] },
      }),
    ),
    fc.constantFrom(48, 0, 47, 49, 64),
    fc.constantFrom("", '"<style>":1,', '"\\u0069ds":{"dtype":"U8","shape":[],"data_offsets":[0,1]},'),
  )
  .map(([header, data, prefix]) => {
    const json = Buffer.from(JSON.stringify(header).replace("{", `{${prefix}`));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json, Buffer.alloc(data, 1)]);
  });
const safetensors = damaged(fc.oneof(fc.constant(STYLE), headers));

/** A piece of a pickle: an opcode with its arguments, or several that belong together. */
const opcode: fc.Arbitrary<Buffer> = fc.oneof(
  fc
    .constantFrom(...Buffer.from("(.)}]NtaeusR0qQb\x85\x86\x87\x88\x89\x94\x93\x81", "latin1"))
    .map((code) => Buffer.of(code)),
  fc
    .constantFrom(
      "ctorch._utils\n_rebuild_tensor_v2\n",
      "ctorch._utils\n_rebuild_parameter\n",
      "ctorch\nFloatStorage\n",
      "ctorch\nLongStorage\n",
      "ccollections\nOrderedDict\n",
      "ctorch.nn.modules.container\nParameterDict\n",
      "cnumpy\ndtype\n",
      "cos\nsystem\n",
    )
    .map((line) => Buffer.from(line)),
  fc.nat(255).map((value) => Buffer.from([0x4b, value])),
  fc.nat(255).map((slot) => Buffer.from([0x71, slot % 4])),
  fc.nat(255).map((slot) => Buffer.from([0x68, slot % 4])),
  fc.integer().map((value) => Buffer.concat([Buffer.from("J"), Buffer.from(Int32Array.of(value).buffer)])),
  fc.double().map((value) => Buffer.concat([Buffer.from("G"), Buffer.from(Float64Array.of(value).buffer)])),
  fc
    .oneof(fc.constantFrom("storage", "0", "cpu", "state_dict", "clip_g", "é".repeat(99)), fc.string())
    .map((text) => Buffer.from(text).subarray(0, 255))
    .map((text) => Buffer.concat([Buffer.from([0x8c, text.length]), text])),
);
/** A tensor as torch.save writes it, right or nearly so. */
const tensor: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(4, 24, 25), fc.nat(24), fc.nat(24), fc.nat(3))
  .map(([count, start, extent, stride]) =>
    Buffer.from(
      "ctorch._utils\n_rebuild_tensor_v2\n((\x8c\x07storagectorch\nFloatStorage\n\x8c\x010\x8c\x03cpu" +
        `K${String.fromCharCode(count)}tQK${String.fromCharCode(start)}K${String.fromCharCode(extent)}\x85` +
        `K${String.fromCharCode(stride)}\x85\x89ccollections\nOrderedDict\n)RtR`,
      "latin1",
    ),
  );

const pickles = fc.oneof(
  fc
    .constantFrom("module", "kinds", "lightning", "protocol-4")
    .map((name) => readStored(torchFile(`${name}.bin`), `${name}/data.pkl`)),
  fc
    .array(fc.oneof(opcode, opcode, tensor), { maxLength: 60 })
    .map((parts) => Buffer.concat([Buffer.from([0x80, 2]), ...parts, Buffer.from(".")])),
);

const archives = fc.oneof(
  fc
    .constantFrom("learned_embeds.bin", "web-embedding.pt", "module.bin", "legacy.bin", "parameter-dict.pt")
    .map(torchFile),
  fc
    .tuple(
      damaged(pickles),
      fc.array(
        fc.tuple(
          fc.string({ maxLength: 20 }),
          fc.record(
            { method: fc.nat(1), flags: fc.nat(1), offset: fc.nat(200), size: fc.nat(200) },
            { requiredKeys: [] },
          ),
        ),
        { maxLength: 3 },
      ),
      fc.boolean(),
    )
    .map(([pickle, others, large]) =>
      zipOf(
        [
          ["a/data.pkl", pickle],
          ["a/byteorder", Buffer.from("little")],
          ["a/data/0", Buffer.alloc(96, 1)],
          ...others.map(([name, fault]) => [name, Buffer.alloc(9), fault] as const),
        ],
        large,
      ),
    ),
);

/** Passes a refusal on that a member may see. */
const expectWords =
  (file: string) =>
  (error: unknown): never => {
    if (error instanceof UserError && (error.message.length > 300 || error.message.includes(path.dirname(file))))
      throw new Error(`it is refused in the wrong words: ${error.message}`);
    throw error;
  };

/** The readers, each held to its own class of errors. */
export const WEIGHTS: readonly Target<Buffer>[] = [
  {
    name: "safetensors",
    inputs: safetensors,
    open: () =>
      onFiles(async (file) => {
        const source = await orRefused(EngineError, () => readSafetensors(file));
        await orRefused(EngineError, () => readSafetensorsMetadata(file));
        const size = readFileSync(file).length;
        for (const { offset, byteLength } of source?.names.map((name) => source.find(name)!) ?? [])
          if (offset < 8 || offset + byteLength > size) throw new Error("a tensor lies outside the file");
      }),
  },
  {
    name: "pickle",
    inputs: damaged(pickles),
    open: async () => ({
      run: async (bytes) => {
        const storage = { offset: 64, size: 96 };
        const read = () => unpickleTensors(bytes, { path: "none", storage: () => storage }).tensors;
        for (const { offset, byteLength } of (await orRefused(PickleError, read))?.values() ?? [])
          if (offset < storage.offset || offset + byteLength > storage.offset + storage.size)
            throw new Error("a tensor lies outside its storage");
      },
      close: async () => {},
    }),
  },
  {
    name: "zip",
    inputs: damaged(archives),
    open: () =>
      onFiles(async (file) => {
        const handle = await open(file);
        try {
          const { size } = await handle.stat();
          for (const entry of (await orRefused(ZipError, () => readZipDirectory(handle, size)))?.values() ?? [])
            if (entry.offset < 0 || entry.offset + entry.size > size) throw new Error("an entry lies outside the file");
        } finally {
          await handle.close();
        }
      }),
  },
  {
    name: "torch",
    inputs: damaged(archives),
    open: () =>
      onFiles(async (file) => {
        const source = await orRefused(EngineError, () => readTorchSource(file));
        for (const name of source?.names ?? []) await orRefused(EngineError, () => source!.find(name));
      }),
  },
  {
    name: "token",
    inputs: damaged(fc.oneof(fc.constant(STYLE), headers, archives)),
    open: () =>
      onFiles(async (file) => {
        const token = await orRefused(UserError, () => readTokenFile(file, "given").catch(expectWords(file)));
        if (token && token.vectors.data.length !== token.vectors.shape[0]! * token.vectors.shape[1]!)
          throw new Error("a token's numbers do not fill its shape");
      }),
  },
];
