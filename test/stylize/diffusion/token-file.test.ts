/** Files of learned styles: Atelier's own, those of other tools, and what only pretends to be one. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { UserError } from "../../../src/errors.ts";
import { encodeSafetensors } from "../../../src/onnx/files/safetensors-file.ts";
import {
  encodeTokenFile,
  readTokenFile,
  type TokenFile,
  writeTokenFile,
} from "../../../src/stylize/diffusion/token-file.ts";
import { FIXTURES } from "../../models/reference.ts";

const token: TokenFile = {
  vectors: { data: Float32Array.from({ length: 24 }, (_, i) => i / 100), shape: [1, 24] },
  about: {
    name: "Große Welle 🌊",
    description: "navy lines",
    styleSha256: "a".repeat(64),
    steps: 350,
    loss: 0.125,
  },
};
const nothing = { name: null, description: null, styleSha256: null, steps: null, loss: null };

describe("a token file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-token-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const read = async (bytes: Uint8Array): Promise<TokenFile> => {
    const file = path.join(folder, "given");
    await writeFile(file, bytes);
    return readTokenFile(file, "given.bin");
  };
  const faultOf = async (bytes: Uint8Array): Promise<string> => {
    const fault: unknown = await read(bytes).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UserError);
    expect(fault).toMatchObject({ identifier: "token-file" });
    const { message } = fault as UserError;
    expect(message).toMatch(/^given\.bin is no learned style that I can use: .+\.$/s);
    expect(message).not.toContain(folder);
    return message;
  };

  it("comes back as it was written, and leaves nothing else behind", async () => {
    const file = path.join(folder, "own.safetensors");
    await writeTokenFile(file, token);
    expect(await readTokenFile(file, "own")).toEqual(token);
    expect((await readdir(folder)).filter((name) => name.includes("part"))).toEqual([]);
  });

  it("of diffusers and of the web interfaces is read", async () => {
    const torch = (name: string): Promise<TokenFile> => readTokenFile(path.join(FIXTURES, "torch", name), name);
    expect(await torch("learned_embeds.bin")).toEqual({ vectors: token.vectors, about: nothing });
    const web = await torch("web-embedding.pt");
    expect(web.vectors.shape).toEqual([2, 24]);
    expect(web.vectors.data[24]).toBe(1);
    const safe = encodeSafetensors({ tensors: { "<x>": { data: new Float32Array(16), shape: [16] } }, metadata: {} });
    expect(await read(safe)).toMatchObject({ vectors: { shape: [1, 16] }, about: nothing });
  });

  it.each(["parameter-dict.pt", "parameter-dict-1.11.pt", "parameter-dict-beside.pt", "parameter-dict-legacy.pt"])(
    "as textual inversion and InST keep it is read and written again: %s",
    async (name) => {
      const found = await readTokenFile(path.join(FIXTURES, "torch", name), name);
      expect(found.vectors.shape).toEqual([2, 24]);
      expect(Array.from(found.vectors.data)).toEqual([
        ...token.vectors.data,
        ...token.vectors.data.map((value) => Math.fround(value + 1)),
      ]);
      const again = path.join(folder, "again.safetensors");
      await writeTokenFile(again, found);
      expect((await readTokenFile(again, name)).vectors).toEqual(found.vectors);
    },
  );

  it.each([
    ["SDXL", { clip_l: [768], clip_g: [1280] }, "it is for SDXL"],
    ["several vectors by name", { a: [16], b: [16] }, "it holds 2 vectors by name"],
    ["no vector", { a: [2, 2, 2] }, "it holds no vectors"],
    ["a matrix of a network", { a: [200, 16] }, "its tensor is [200, 16]"],
    ["a width that no encoder has", { a: [3] }, "its tensor is [3]"],
  ] as const)("with %s is refused", async (_what, shapes, fault) => {
    const tensors = Object.entries(shapes).map(([name, shape]) => {
      const length = (shape as readonly number[]).reduce((product, dim) => product * dim, 1);
      return [name, { data: new Float32Array(length), shape: shape as readonly number[] }] as const;
    });
    expect(await faultOf(encodeSafetensors({ tensors: Object.fromEntries(tensors), metadata: {} }))).toContain(fault);
  });

  it("that is hostile is refused in words", async () => {
    const whole = encodeTokenFile(token);
    const evil = { data: Float32Array.from({ length: 24 }, () => Number.NaN), shape: [24] };
    expect(await faultOf(encodeSafetensors({ tensors: { evil }, metadata: {} }))).toContain("numbers that no");
    expect(await faultOf(Buffer.alloc(5_000_000))).toContain("KB");
    await faultOf(Buffer.from("\x80\x02cos\nsystem\n(S'echo pwned'\ntR.", "latin1"));
    await faultOf(Buffer.from("PK\x03\x04 and no more", "latin1"));
    await faultOf(Buffer.alloc(0));
    await faultOf(whole.subarray(0, whole.length - 3));
    await faultOf(Buffer.concat([whole, Buffer.from("more")]));
    await faultOf(await readFile(path.join(FIXTURES, "torch", "module.bin")));
  });

  it("is believed in what it says of itself only where that holds", async () => {
    const metadata = { "atelier.token": JSON.stringify({ name: "x".repeat(1000), steps: -5 }) };
    expect(await read(encodeSafetensors({ tensors: { "*": token.vectors }, metadata }))).toMatchObject({
      about: nothing,
    });
  });

  it("changed anywhere is either read or refused in words", async () => {
    const whole = encodeTokenFile(token);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (position, value) => {
        const changed = Buffer.from(whole);
        changed[position] = value;
        const result = await read(changed).catch((error: unknown) => error);
        return result instanceof UserError || (typeof result === "object" && result !== null && "vectors" in result);
      }),
      { numRuns: 150 },
    );
    expect(await read(whole)).toEqual(token);
  });
});
