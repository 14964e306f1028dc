/** What somebody reads whose CUDA is not whole: each state produced by libraries that are in it. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { probeDevice } from "../../src/engine/choose-device.ts";
import { prepareFakeCuda } from "./fake-cuda/prepare.ts";

const fake = await prepareFakeCuda();
const tools = await mkdtemp(path.join(tmpdir(), "atelier-smi-"));
const PATH = process.env["PATH"];
afterAll(async () => {
  process.env["PATH"] = PATH;
  await rm(tools, { recursive: true, force: true });
});

/** A driver's tool that knows one card. */
async function hasTool(answer: string): Promise<void> {
  const tool = path.join(tools, "nvidia-smi");
  await writeFile(tool, `#!/bin/sh\necho "${answer}"\n`);
  await chmod(tool, 0o755);
  process.env["PATH"] = `${tools}:${PATH}`;
}

describe.skipIf(typeof fake === "string")(
  `CUDA (${typeof fake === "string" ? `skipped: ${fake}` : "its provider"})`,
  () => {
    const { whole, withoutDriver, withoutToolkit, defined } = fake as Exclude<typeof fake, string>;
    const said = (libraries: string): Promise<string | null> => probeDevice("cuda", { libraries });

    it("without a driver names the driver, and how to get it", async () => {
      expect(await said(withoutDriver)).toMatch(/^the NVIDIA driver is not installed .*apt install nvidia-driver/);
    });

    it("without a library names it, and the command that fetches it", async () => {
      expect(await said(withoutToolkit)).toBe(
        "the library libcublasLt.so.13 is missing; fetch it with `npm run setup:cuda`",
      );
    });

    it("with an old driver says which is new enough", async () => {
      const libraries = await defined("DEVICE_ERROR=35");
      expect(await said(libraries)).toMatch(/^the NVIDIA driver is too old for CUDA 13: update it to 580 or newer/);
      await hasTool("NVIDIA GeForce RTX 3060, 535.183.01, 12288, 11000, 8.6");
      expect(await said(libraries)).toMatch(/^the NVIDIA driver 535\.183\.01 is too old/);
    });

    it("without a card asks for it", async () => {
      expect(await said(await defined("DEVICE_ERROR=100"))).toMatch(/^the NVIDIA driver finds no card/);
    });

    it("with a card that is too old names it, and which are not", async () => {
      const libraries = await defined("CAPABILITY=61");
      process.env["PATH"] = PATH;
      expect(await said(libraries)).toMatch(
        /^the NVIDIA card is too old for onnxruntime's kernels: cards from 7\.5 on do/,
      );
      await hasTool("NVIDIA GeForce GTX 1080, 580.95.05, 8192, 8000, 6.1");
      expect(await said(libraries)).toMatch(
        /^the NVIDIA card NVIDIA GeForce GTX 1080 is too old \(compute capability 6\.1\)/,
      );
    });

    it("with two cards computes on the one that was asked for", async () => {
      process.env["PATH"] = PATH;
      const libraries = await defined("BROKEN_OF_TWO=0");
      const of = (card: number): Promise<string | null> => probeDevice("cuda", { card, libraries });
      expect(await of(0)).toMatch(/^the NVIDIA driver finds no card/);
      expect(await of(1)).toMatch(/^cuda computes wrong numbers/);
    });

    it("with everything but a card that computes is found out", async () => {
      process.env["PATH"] = PATH;
      expect(await said(whole)).toMatch(/^cuda computes wrong numbers/);
    });
  },
);
