import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { CATALOGUE } from "../../src/checkpoints/catalogue.ts";
import type { CatalogueEntry } from "../../src/checkpoints/catalogue/catalogue-entry.ts";
import { formatBytes, freeBytes } from "../../src/checkpoints/disk.ts";
import { retryAfterMs } from "../../src/checkpoints/hub-error.ts";
import { registerModels } from "../../src/cli/models.ts";
import { type ModelRow, modelTable } from "../../src/cli/models-table.ts";
import { writeHoles } from "../onnx/files/holes.ts";
import { bytesOf, COMMIT, LocalHub } from "../checkpoints/local-hub.ts";

const crowded = (await freeBytes(tmpdir())) < 6e9;

let hub: LocalHub;
let root: string;
let printed: string;

beforeEach(async () => {
  hub = await LocalHub.start();
  root = await mkdtemp(path.join(tmpdir(), "atelier-models-"));
  hub.files.set("ByteDance/Hyper-SD/Hyper-SD15-8steps-lora.safetensors", bytesOf(100_000));
  vi.stubEnv("MODELS_DIR", path.join(root, "models"));
  vi.stubEnv("HF_HOME", path.join(root, "hf"));
  vi.stubEnv("HF_HUB_CACHE", "");
  vi.stubEnv("HF_ENDPOINT", hub.endpoint);
  vi.stubEnv("HF_TOKEN", "");
  printed = "";
  const keep = (text: unknown): boolean => {
    printed += `${String(text)}\n`;
    return true;
  };
  vi.spyOn(console, "log").mockImplementation(keep);
  vi.spyOn(process.stderr, "write").mockImplementation(keep);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await hub.stop();
  await rm(root, { recursive: true, force: true });
});

const atelier = async (...words: readonly string[]): Promise<string> => {
  printed = "";
  const program = new Command("atelier").exitOverride();
  registerModels(program);
  await program.parseAsync(["models", ...words], { from: "user" });
  return printed.trim();
};

describe("atelier models", () => {
  it("installs, finds, checks and removes", async () => {
    expect(await atelier("install", "hyper-sd15-8", "--yes")).toMatch(
      /Licence: that of its authors\n.*\n*hyper-sd15-8 is installed in .*hyper-sd15-8 \(100 kB\)/s,
    );
    const folder = await atelier("where", "hyper-sd15-8");
    expect(folder).toBe(path.join(root, "models", "hyper-sd15-8"));
    expect(await readdir(folder)).toContain("lora.safetensors");
    const origin = "ByteDance/Hyper-SD at 52d483a2ab";
    expect(await atelier("verify")).toBe(`hyper-sd15-8: every file is as it was installed (${origin}).`);
    const rows = JSON.parse(await atelier("list", "--json")) as { name: string; state: string; bytes: number }[];
    expect(rows.find(({ name }) => name === "hyper-sd15-8")).toMatchObject({
      state: "installed",
      bytes: 100_000,
      folder,
    });
    const list = await atelier("list");
    expect(list).toMatch(/✓ hyper-sd15-8 .* 100 kB\n/);
    expect(list).toContain(`    that of its authors\n    installed\n      ${origin}\n`);
    expect(list).toMatch(/ stable-diffusion-v1-4 .*\n.*\n {4}CreativeML OpenRAIL-M\n/);
    expect(Math.max(...list.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    await writeFile(path.join(folder, "lora.safetensors"), bytesOf(100_000, 2));
    await expect(atelier("verify", "hyper-sd15-8")).rejects.toMatchObject({ identifier: "checkpoint-damaged" });
    expect(printed).toContain("hyper-sd15-8: lora.safetensors was altered");
    expect(await atelier("remove", "hyper-sd15-8")).toBe(`Removed ${folder}`);
    await expect(atelier("where", "hyper-sd15-8")).rejects.toMatchObject({ identifier: "not-installed" });
    expect(await atelier("verify")).toContain("Nothing is installed");
  });

  it("says of any file what it is, and lists what lies beside the checkpoints", async () => {
    const models = path.join(root, "models");
    await mkdir(path.join(models, "loras"), { recursive: true });
    const lora = path.join(models, "loras", "xl.safetensors");
    writeHoles(lora, [["lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", [4, 1280]]]);
    const style = path.join(import.meta.dirname, "../fixtures/torch/parameter-dict.pt");
    expect(await atelier("identify", lora, style)).toBe(
      `${lora}: a LoRA for Stable Diffusion XL (not usable here)\n` +
        `${style}: a learned word (usable here: \`/style import\` takes it)`,
    );
    const [found] = JSON.parse(await atelier("identify", "--json", lora)) as object[];
    expect(found).toMatchObject({ name: lora, kind: { kind: "lora", family: "sdxl", use: null }, isWhole: true });
    await cp(style, path.join(models, "waves.pt"));
    expect(await atelier("list")).toContain(
      "Found beside them\n" +
        "  loras/xl.safetensors\n    found, not usable here: a LoRA for Stable Diffusion XL\n" +
        "  waves.pt\n    a learned word; usable here: `/style import` takes it\n",
    );
  });

  it("says of an entry that follows a branch that it does, and which commit is installed", () => {
    const sources = [{ repo: "a/b", revision: "main", commit: COMMIT }];
    const [entry] = CATALOGUE.filter(({ purpose }) => purpose === "preview");
    const row: ModelRow = { ...entry!, sources, bytes: 1000, state: "installed", folder: "/models/b" };
    expect(modelTable([row], [], (_colour, text) => text)).toContain(
      `    MIT; follows main\n    installed\n      a/b at ${COMMIT.slice(0, 10)}\n`,
    );
  });

  it.skipIf(crowded)(
    "converts the paper's captioner (5 GB of room, as it asks for), keeps nothing of the download, and does it once",
    async () => {
      await serveOriginalLlava();
      const folder = path.join(root, "models", "sharegpt4v-7b");
      expect(await atelier("install", "sharegpt4v-7b", "--yes")).toContain("sharegpt4v-7b is installed in");
      const names = (await readdir(folder)).toSorted();
      expect(names).toContain("onnx");
      expect(names).toContain("tokenizer.json");
      expect(names).not.toContain("original");
      expect(await atelier("verify")).toContain(
        "sharegpt4v-7b: every file is as it was installed (Lin-Chen/ShareGPT4V-7B at 96964e6e79",
      );

      hub.requests.length = 0;
      await atelier("install", "sharegpt4v-7b");
      expect(hub.requests).toEqual([]);

      await writeFile(path.join(folder, "config.json"), "{}");
      await atelier("install", "sharegpt4v-7b");
      expect(hub.requests.length).toBeGreaterThan(0);
      expect(await atelier("verify")).toContain(
        "sharegpt4v-7b: every file is as it was installed (Lin-Chen/ShareGPT4V-7B at 96964e6e79",
      );
    },
  );

  it.skipIf(crowded)("does not count a captioner as installed (5 GB of room) that could not be converted", async () => {
    await serveOriginalLlava();
    hub.files.set("Lin-Chen/ShareGPT4V-7B/config.json", Buffer.from('{"model_type":"another"}'));
    await expect(atelier("install", "sharegpt4v-7b", "--yes")).rejects.toMatchObject({ name: "EngineError" });
    expect(await atelier("list")).toMatch(/… sharegpt4v-7b .*not complete/s);
  });

  it("asks nobody where there is no terminal: the licence wants --yes", async () => {
    vi.spyOn(process, "stdin", "get").mockReturnValue({ isTTY: false } as typeof process.stdin);
    await expect(atelier("install", "hyper-sd15-8")).rejects.toMatchObject({ identifier: "licence-not-accepted" });
    expect(hub.requests).toEqual([]);
  });

  it.each(["install", "remove", "where", "verify"])("%s names the checkpoints there are", async (verb) => {
    await expect(atelier(verb, "nobody")).rejects.toMatchObject({
      identifier: "unknown-checkpoint",
      message: expect.stringContaining("stable-diffusion-v1-4,") as unknown,
    });
  });
});

/** A tiny captioner in the layout of the original release. */
async function serveOriginalLlava(): Promise<void> {
  const fixture = path.join(import.meta.dirname, "../fixtures/tiny-llava-original");
  const tower = path.join(fixture, "vision_tower");
  for (const name of (await readdir(fixture)).filter((name) => name !== "vision_tower")) {
    hub.files.set(`Lin-Chen/ShareGPT4V-7B/${name}`, await readFile(path.join(fixture, name)));
  }
  for (const name of await readdir(tower)) {
    const repo = "Lin-Chen/ShareGPT4V-7B_Pretrained_vit-large336-l12";
    hub.files.set(`${repo}/${name}`, await readFile(path.join(tower, name)));
  }
}

describe("the catalogue", () => {
  const targets = (entry: CatalogueEntry): string[] =>
    entry.sources.flatMap(({ files }) => files.map(({ path, as }) => as ?? path));

  it.each(CATALOGUE.map((entry) => [entry.name, entry] as const))("%s is well formed", (_name, entry) => {
    expect(entry.name).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
    expect(new Set(targets(entry)).size).toBe(targets(entry).length);
    for (const target of targets(entry)) expect(target).toMatch(/^(?:[\w.-]+\/)*\w[\w.-]*$/);
    for (const { repo } of entry.sources) expect(repo).toMatch(/^[\w-]+\/[\w.-]+$/);
    expect(new URL(entry.licence.url).protocol).toBe("https:");
  });

  it("has every name once", () => {
    expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
  });
});

describe("words for numbers", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [14_130_000_000, "14 GB"],
    [4_270_000_000, "4.3 GB"],
    [999_700, "1.0 MB"],
  ])("%d bytes are %s", (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words);
  });

  it.each([
    [null, null],
    ["", null],
    ["soon", null],
    ["2", 2000],
    ["-5", 0],
    ["Thu, 01 Jan 1970 00:01:00 GMT", 50_000],
  ])("Retry-After %s is %s ms", (header, delay) => {
    expect(retryAfterMs(header, 10_000)).toBe(delay);
  });
});
