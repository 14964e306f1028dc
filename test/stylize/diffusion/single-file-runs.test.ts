/** Single files in CompVis' naming: the same networks, and so the same picture, as from the folder they were made of. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import { ldmTextName, ldmUNetName, ldmVaeName } from "../../../models/ldm-names.ts";
import { bytesOf } from "../../../src/onnx/dtype.ts";
import { encodeSafetensors } from "../../../src/onnx/files/safetensors-file.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { DEFAULT_SETTINGS } from "../../../src/painting.ts";
import {
  type DiffusionCheckpoint,
  findDiffusionCheckpoint,
  placeOfCheckpoint,
  readDiffusionCheckpoint,
  readSingleFile,
} from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../../src/stylize/diffusion/diffusion-networks.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { FIXTURES, readReference } from "../../models/reference.ts";
import { writeHoles } from "../../onnx/files/holes.ts";
import { writeCheckpoint, writeLegacyCheckpoint } from "../../onnx/files/ckpt-writer.ts";

const TINY = path.join(FIXTURES, "tiny-v1");
const sessions = new SessionPool(1e9);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "atelier-single-"));
  cpSync(path.join(TINY, "tokenizer"), path.join(folder, "tokenizer"), { recursive: true });
});
afterAll(async () => {
  await sessions.release();
  rmSync(folder, { recursive: true, force: true });
});

/** What names of the UNet begin with. */
const UNET = "model.diffusion_model.";

const OLDER_NAMES = { query: "to_q", key: "to_k", value: "to_v", proj_attn: "to_out.0" } as const;

const ldmVaeNameOf = (stored: string): string =>
  ldmVaeName(stored.replace(/(?<=attentions\.0\.)(query|key|value|proj_attn)/, (name) => OLDER_NAMES[name as "key"]));

/** The tiny pipeline's tensors as CompVis' code would have saved them, its attention as convolutions among them. */
async function ldmTensors() {
  const parts = [
    ["text_encoder/model", ldmTextName],
    ["unet/diffusion_pytorch_model", ldmUNetName],
    ["vae/diffusion_pytorch_model", ldmVaeNameOf],
  ] as const;
  const tensors: { name: string; shape: readonly number[]; data: Float32Array }[] = [];
  for (const [file, rename] of parts) {
    const reference = await readReference(path.join(TINY, `${file}.safetensors`));
    for (const stored of reference.source.names) {
      const { data, shape } = reference.floats(stored);
      const name = rename(stored);
      const isConvolution = /mid\.attn_1\.(?:q|k|v|proj_out)\.weight/.test(name);
      tensors.push({ name, shape: isConvolution ? [...shape, 1, 1] : shape, data });
    }
  }
  return tensors;
}

async function paint(checkpoint: DiffusionCheckpoint): Promise<Uint8Array> {
  const networks = new DiffusionNetworks(checkpoint, { device: "cpu", dtype: "float32", attention: "fused", sessions });
  const picture = (phase: number) => ({
    width: 64,
    height: 64,
    data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => 128 + 100 * Math.sin(i / 50 + phase)),
  });
  const { image } = await new DiffusionStylizer(networks, await ClipTokenizer.load(checkpoint.tokenizer)).stylize({
    content: picture(0),
    style: picture(1),
    contentSha256: "c".repeat(64),
    styleSha256: "5".repeat(64),
    variant: "prompt",
    description: "bold black outlines",
    settings: { ...DEFAULT_SETTINGS, seed: 3, size: 64, steps: 4 },
  });
  return image.data;
}

const configOf = (part: string): unknown => JSON.parse(readFileSync(path.join(TINY, part, "config.json"), "utf8"));
const configs = { text: configOf("text_encoder"), unet: configOf("unet"), vae: configOf("vae") };

describe("a single file in CompVis' naming", () => {
  it.each(["safetensors", "ckpt", "old.ckpt"])("paints what the folder paints, from .%s", async (ending) => {
    const file = path.join(folder, `tiny.${ending}`);
    const tensors = await ldmTensors();
    const stored = tensors.map((tensor) => ({ ...tensor, data: bytesOf(tensor.data) }));
    if (ending === "ckpt") await writeCheckpoint(file, stored);
    else if (ending === "old.ckpt") {
      // Of 2022: written by torch before 1.6, and the tower of the text encoder without a name.
      const older = (name: string): string => name.replace("transformer.text_model.", "transformer.");
      await writeLegacyCheckpoint(
        file,
        stored.map((tensor) => ({ ...tensor, name: older(tensor.name) })),
      );
    } else {
      const named = Object.fromEntries(tensors.map(({ name, ...tensor }) => [name, tensor]));
      writeFileSync(file, encodeSafetensors({ tensors: named, metadata: {} }));
    }
    const single = await readSingleFile(await placeOfCheckpoint(file), configs);
    const picture = await paint(single);
    expect(picture).toEqual(await paint(await readDiffusionCheckpoint(await placeOfCheckpoint(TINY))));
    expect(new Set(picture).size).toBeGreaterThan(10);
  });

  it("is refused when it is small: only the size of Stable Diffusion 1 is known", async () => {
    const place = await placeOfCheckpoint(path.join(folder, "tiny.safetensors"));
    await expect(readDiffusionCheckpoint(place)).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(/tiny\.safetensors: \S+ is \[\d+, 24\], expected \[49408, 768\]/),
    });
  });

  it("says where the tokenizer belongs when it is not beside it", async () => {
    const alone = path.join(folder, "alone");
    mkdirSync(alone);
    cpSync(path.join(folder, "tiny.safetensors"), path.join(alone, "tiny.safetensors"));
    const complaint = {
      name: "EngineError",
      message: expect.stringMatching(
        /tiny\.safetensors: holds no tokenizer; put vocab\.json and merges\.txt .* into .*alone.tokenizer$/,
      ),
    };
    await expect(findDiffusionCheckpoint(alone)).rejects.toMatchObject(complaint);
    await expect(placeOfCheckpoint(path.join(alone, "tiny.safetensors"))).rejects.toMatchObject(complaint);
    await expect(placeOfCheckpoint(path.join(alone, "gone.ckpt"))).rejects.toMatchObject({
      message: expect.stringMatching(/is not there/),
    });
  });

  it.each([
    ["XL", ["conditioner.embedders.1.model.ln_final.weight", [1]]],
    ["2", ["cond_stage_model.model.ln_final.weight", [1]]],
    ["1 for inpainting", [`${UNET}input_blocks.0.0.weight`, [320, 9, 3, 3]]],
    ["1 for instructions (InstructPix2Pix)", [`${UNET}input_blocks.0.0.weight`, [320, 8, 3, 3]]],
  ] as const)("is refused by name when it is a Stable Diffusion %s", async (version, [name, shape]) => {
    const file = path.join(folder, "other.safetensors");
    const texts = [`${UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight`, [320, 768]] as const;
    const names = (await ldmTensors())
      .map((tensor) => tensor.name)
      .filter((each) => each !== name && each !== texts[0]);
    writeHoles(file, [[name, shape], texts, ...names.map((each) => [each, [1]] as const)]);
    await expect(readSingleFile(await placeOfCheckpoint(file))).rejects.toMatchObject({
      name: "EngineError",
      message: `${file}: is a Stable Diffusion ${version}; this engine runs Stable Diffusion 1.x`,
    });
  });
});

describe("a folder of torch's own files", () => {
  it("paints what one of safetensors paints, also where some are older than torch 1.6", async () => {
    const copy = path.join(folder, "bin-only");
    cpSync(TINY, copy, { recursive: true });
    for (const [part, stem, written] of [
      ["text_encoder", "model", "pytorch_model"],
      ["unet", "diffusion_pytorch_model", "diffusion_pytorch_model"],
      ["vae", "diffusion_pytorch_model", "diffusion_pytorch_model"],
    ] as const) {
      const file = path.join(copy, part, `${stem}.safetensors`);
      const reference = await readReference(file);
      const tensors = reference.source.names.map((name) => ({
        name,
        shape: reference.floats(name).shape,
        data: bytesOf(reference.floats(name).data),
      }));
      const write = part === "vae" ? writeLegacyCheckpoint : writeCheckpoint;
      await write(path.join(copy, part, `${written}.bin`), tensors);
      rmSync(file);
    }
    expect((await findDiffusionCheckpoint(folder))?.path).toBe(copy);
    const picture = await paint(await readDiffusionCheckpoint(await placeOfCheckpoint(copy)));
    expect(picture).toEqual(await paint(await readDiffusionCheckpoint(await placeOfCheckpoint(TINY))));
  });
});
