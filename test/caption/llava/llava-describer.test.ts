import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { LlavaDescriber } from "../../../src/caption/llava/llava-describer.ts";
import { loadTokenizer } from "../../../src/caption/llava/checkpoint.ts";
import { CancelledError } from "../../../src/errors.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { FIXTURES, readReference } from "../../models/reference.ts";
import { EXACT, OTHER_FORMS } from "./forms.ts";

const folder = path.join(FIXTURES, "tiny-llava");
const recorded = JSON.parse(readFileSync(path.join(folder, "reference.json"), "utf8")) as {
  described: { pixels: number[]; cropped: number[] }[];
  texts: string[];
  token_ids: number[][];
};

const describer = (maxTokens = 24, forms = EXACT, sessions = new SessionPool(1e9)): LlavaDescriber =>
  new LlavaDescriber({ folder, id: "tiny", label: "Tiny", maxTokens, device: "cpu", forms, sessions });

/** The text of recorded tokens. */
async function textOf(tokens: readonly number[]): Promise<string> {
  return (await loadTokenizer(folder)).decode([...tokens], { skip_special_tokens: true }).trim();
}

async function picture(i: number): Promise<RgbImage> {
  const { data, shape } = (await readReference(path.join(folder, "reference.safetensors"))).bytes(`${i}.image`);
  return { width: shape[1]!, height: shape[0]!, data };
}

describe("a LLaVA describer", () => {
  it("says what transformers' says, and lets it be read as it grows", async () => {
    const seen: string[] = [];
    const text = await describer().describe(
      { image: await picture(0), sha256: "x" },
      { onText: (part) => seen.push(part) },
    );
    expect(text).toBe(await textOf(recorded.described[0]!.pixels));
    expect(seen.length).toBeGreaterThan(5);
    expect(text.startsWith(seen.at(-1)!)).toBe(true);
  });

  it.each(OTHER_FORMS)("says the same in the forms of other devices: $dtype, $attention attention", async (forms) => {
    const [exact, other] = [new SessionPool(1e9), new SessionPool(1e9)];
    const input = { image: await picture(0), sha256: "x" };
    expect(await describer(24, forms, other).describe(input)).toBe(await describer(24, EXACT, exact).describe(input));
    expect(other.bytes).toBeCloseTo(forms.dtype === "float16" ? exact.bytes / 2 : exact.bytes, -4);
  });

  it("crops instead of padding where it is to be faithful", async () => {
    const text = await describer().describe({ image: await picture(1), sha256: "x", faithful: true });
    expect(text).toBe(await textOf(recorded.described[1]!.cropped));
  });

  it("has nothing to say where the model has not", async () => {
    expect(recorded.described[1]!.pixels).toEqual([2]); // the end at once
    expect(await describer().describe({ image: await picture(1), sha256: "x" })).toBe("");
  });

  it("stops between tokens", async () => {
    const abort = new AbortController();
    let parts = 0;
    const work = describer(200).describe(
      { image: await picture(0), sha256: "x" },
      { signal: abort.signal, onText: () => void (++parts === 3 && abort.abort()) },
    );
    await expect(work).rejects.toThrow(CancelledError);
    expect(parts).toBe(3);
  });

  it("stops while it reads the question, too", async () => {
    const abort = new AbortController();
    const work = describer().describe({ image: await picture(0), sha256: "x" }, { signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(work).rejects.toThrow(CancelledError);
  });

  it("ends where the model's positions do, however much it may write", async () => {
    const text = await describer(5000).describe({ image: await picture(0), sha256: "x" });
    expect(text.length).toBeGreaterThan(200);
  });

  it("refuses a question that the model has no room for", async () => {
    const prompt = "What style? ".repeat(200);
    await expect(describer().describe({ image: await picture(0), sha256: "x", prompt })).rejects.toThrow(
      /the question takes \d+ positions, the model has 512/,
    );
  });

  it("names what is missing", async () => {
    const nowhere = new LlavaDescriber({
      folder: path.join(FIXTURES, "no-such-model"),
      id: "x",
      label: "X",
      maxTokens: 5,
      device: "cpu",
      forms: EXACT,
      sessions: new SessionPool(1e9),
    });
    await expect(nowhere.describe({ image: await picture(0), sha256: "x" })).rejects.toThrow(/no-such-model/);
  });
});

describe("LLaMA's tokenizer", () => {
  it("gives the reference's ids for a thousand texts", async () => {
    const tokenizer = await loadTokenizer(folder);
    expect(recorded.texts).toHaveLength(1000);
    for (const [i, text] of recorded.texts.entries()) expect(tokenizer.encode(text)).toEqual(recorded.token_ids[i]);
  });
});
