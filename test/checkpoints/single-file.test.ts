import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ldmTextName, ldmUNetName, ldmVaeName } from "../../models/ldm-names.ts";
import { stableDiffusionTensors } from "../../src/bench/random-checkpoint.ts";
import { findDiffusionCheckpoint, readDiffusionCheckpoint } from "../../src/stylize/diffusion-checkpoint.ts";
import { FIXTURES } from "../models/reference.ts";
import { centralHeader, endRecord, localHeader } from "./zip-writer.ts";

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "atelier-ckpt-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (value: string): Buffer => {
  const length = Buffer.alloc(5);
  length.write("X");
  length.writeUInt32LE(value.length, 1);
  return Buffer.concat([length, Buffer.from(value)]);
};
const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.write("J");
  bytes.writeInt32LE(value, 1);
  return bytes;
};
const count = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/** The pickle of a training checkpoint as Lightning writes it: a state dict beside other things. */
function checkpointPickle(shapes: readonly (readonly [string, readonly number[]])[]): Buffer {
  const tensors = shapes.flatMap(([name, shape], key) => {
    const strides = shape.map((_, axis) => count(shape.slice(axis + 1)));
    return [
      text(name),
      Buffer.from("ctorch._utils\n_rebuild_tensor_v2\n(("),
      text("storage"),
      Buffer.from("ctorch\nFloatStorage\n"),
      text(String(key)),
      text("cuda:0"),
      integer(count(shape)),
      Buffer.from("tQK\0("),
      ...shape.map(integer),
      Buffer.from("t("),
      ...strides.map(integer),
      Buffer.from("t\x89ccollections\nOrderedDict\n)RtR", "latin1"),
    ];
  });
  const lightning = Buffer.from("}cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n}ss");
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    Buffer.from("}"),
    text("callbacks"),
    lightning,
    text("global_step"),
    integer(470_000),
    Buffer.from("s"),
    text("state_dict"),
    Buffer.from("}("),
    ...tensors,
    Buffer.from("us."),
  ]);
}

/** A file of full-size tensors none of which is on the disk: only the archive's own records are. */
async function writeCheckpoint(file: string, shapes: readonly (readonly [string, readonly number[]])[]): Promise<void> {
  const handle = await open(file, "w");
  const entries = [
    ["archive/data.pkl", checkpointPickle(shapes)] as const,
    ...shapes.map(([, shape], key) => [`archive/data/${key}`, 4 * count(shape)] as const),
  ];
  const directory: Buffer[] = [];
  let position = 0;
  for (const [name, content] of entries) {
    const size = typeof content === "number" ? content : content.length;
    const header = localHeader(name);
    await handle.write(header, 0, header.length, position);
    if (typeof content !== "number") await handle.write(content, 0, size, position + header.length);
    directory.push(centralHeader(name, size, position));
    position += header.length + size;
  }
  const end = Buffer.concat([...directory, endRecord(entries.length, Buffer.concat(directory).length, position)]);
  await handle.write(end, 0, end.length, position);
  await handle.close();
}

describe("sd-v1-4.ckpt, as it was published", () => {
  it("is found and read in place: every tensor of every network", async () => {
    const parts = stableDiffusionTensors();
    const named = [
      ...[...parts.text_encoder].map(([name, shape]) => [ldmTextName(name), shape] as const),
      ...[...parts.unet].map(([name, shape]) => [ldmUNetName(name), shape] as const),
      ...[...parts.vae].map(([name, shape]) => [ldmVaeName(name), shape] as const),
    ];
    mkdirSync(path.join(folder, "tokenizer"));
    cpSync(path.join(FIXTURES, "tiny-v1", "tokenizer"), path.join(folder, "tokenizer"), { recursive: true });
    await writeCheckpoint(path.join(folder, "sd-v1-4.ckpt"), named);

    const place = await findDiffusionCheckpoint(folder);
    expect(place?.path).toBe(path.join(folder, "sd-v1-4.ckpt"));
    const checkpoint = await readDiffusionCheckpoint(place!);
    const found = { text_encoder: checkpoint.text, unet: checkpoint.unet, vae: checkpoint.vae };
    for (const part of ["text_encoder", "unet", "vae"] as const)
      for (const [name, shape] of parts[part])
        expect(found[part].source.find(name)).toMatchObject({ shape, byteLength: 4 * count(shape) });
  });
});
