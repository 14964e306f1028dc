/** Drafts and LoRA in whole pictures, over the tiny pipeline: a second or two for each picture and its sessions. */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { SessionPool } from "../../../../src/onnx/session-pool.ts";
import { DEFAULT_SETTINGS, type StylizeSettings } from "../../../../src/painting.ts";
import { openDiffusion } from "../../../../src/stylize/diffusion/diffusion.ts";
import { placeOfCheckpoint } from "../../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { StylizerWithLoras } from "../../../../src/stylize/diffusion/lora/stylizer-with-loras.ts";
import { FIXTURES } from "../../../models/reference.ts";

let folder: string;
let stylizer: StylizerWithLoras;

const settings = (over: Partial<StylizeSettings> = {}): StylizeSettings => ({
  ...DEFAULT_SETTINGS,
  seed: 3,
  size: 64,
  stylePath: "adain",
  ...over,
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-drafts-"));
  const fixture = (name: string): string => path.join(FIXTURES, "tiny-v1", "loras", `${name}.safetensors`);
  await mkdir(path.join(folder, "loras"));
  await symlink(fixture("peft"), path.join(folder, "loras", "inkwash.safetensors"));
  await mkdir(path.join(folder, "lcm-lora-sd15"));
  await symlink(fixture("kohya"), path.join(folder, "lcm-lora-sd15", "lora.safetensors"));
  const checkpoint = await placeOfCheckpoint(path.join(FIXTURES, "tiny-v1"));
  const sessions = new SessionPool(1e9);
  stylizer = new StylizerWithLoras(
    await openDiffusion({ checkpoint, device: "cpu", precision: "auto", sessions }),
    folder,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function paint(over: Partial<StylizeSettings> = {}) {
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7) % 251);
  const picture = { width: 64, height: 64, data };
  return stylizer.stylize({
    content: picture,
    style: picture,
    contentSha256: "c".repeat(64),
    styleSha256: "5".repeat(64),
    variant: "image-prompt",
    description: "bold black outlines",
    settings: settings(over),
  });
}

const bytes = ({ image }: { image: { data: Uint8Array } }): string => Buffer.from(image.data).toString("base64");

describe("a picture", () => {
  it("with a LoRA is another one, the more of it the more, and the same again", async () => {
    const few = { steps: 1 };
    const plain = bytes(await paint(few));
    const inkwash = bytes(await paint({ ...few, loras: [{ name: "inkwash", weight: 0.8 }] }));
    expect(inkwash).not.toBe(plain);
    expect(bytes(await paint({ ...few, loras: [{ name: "inkwash", weight: 0.4 }] }))).not.toBe(inkwash);
    expect(bytes(await paint(few))).toBe(plain);
    expect(bytes(await paint({ ...few, loras: [{ name: "inkwash", weight: 0.8 }] }))).toBe(inkwash);
  });

  it("as a draft takes four steps of LCM without guidance, and one row to invert", async () => {
    const draft = await paint({ speed: "draft", stylePath: "auto" });
    expect(draft).toMatchObject({ steps: 4, guidance: 1, stylePath: "adain", unetRows: 5 });
  });

  it("is refused before anything is painted where its wishes cannot be met", async () => {
    await expect(paint({ loras: [{ name: "woodcut", weight: 1 }] })).rejects.toMatchObject({
      identifier: "lora-unknown",
    });
    await expect(paint({ speed: "draft", steps: 9 })).rejects.toMatchObject({ identifier: "speed-conflict" });
  });
});
