import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ldmTextName, ldmUNetName, ldmVaeName } from "../../../models/ldm-names.ts";
import { stableDiffusionTensors } from "../../../src/bench/random-checkpoint.ts";
import {
  findDiffusionCheckpoint,
  readDiffusionCheckpoint,
} from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { FIXTURES } from "../../models/reference.ts";
import { count, writeCheckpoint } from "./ckpt-writer.ts";

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "atelier-ckpt-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("sd-v1-4.ckpt, as it was published", () => {
  it("is found and read in place: every tensor of every network", async () => {
    const parts = stableDiffusionTensors();
    const named = [
      ...[...parts.text_encoder].map(([name, shape]) => ({ name: ldmTextName(name), shape })),
      ...[...parts.unet].map(([name, shape]) => ({ name: ldmUNetName(name), shape })),
      ...[...parts.vae].map(([name, shape]) => ({ name: ldmVaeName(name), shape })),
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
