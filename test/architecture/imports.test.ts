import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** For each part of the program, the parts it may import; root files of `src` (variant, errors, …) are open to all. */
const ALLOWED: Record<string, readonly string[]> = {
  commands: ["src/discord", "src/jobs", "src/images", "src/caption", "src/stylize", "src/votes", "src/store"],
  models: ["src/onnx"],
  "src/images": ["src/onnx", "models"],
  "src/onnx": [],
  "src/caption": ["src/onnx", "models", "src/images", "src/checkpoints"],
  "src/stylize": ["src/onnx", "models", "src/images", "src/caption", "src/checkpoints"],
  "src/jobs": ["src/stylize", "src/votes"],
  "src/votes": [],
  "src/engine": ["src/jobs", "src/caption", "src/stylize", "src/onnx", "models", "src/images", "src/checkpoints"],
  "src/store": ["src/jobs", "src/votes"],
  "src/checkpoints": ["src/onnx"],
  "src/discord": ["src/jobs", "src/images", "src/store", "src/votes", "commands", "src/caption", "src/stylize"],
};

/** Domain code that must run without Discord, a network or a model. */
const PURE = ["src/jobs", "src/votes"];
const HEAVY = /^(discord\.js|@discordjs\/.*|onnxruntime.*|sharp|libsql|kysely|hono|ws)$/;

interface Import {
  readonly file: string;
  readonly from: string;
  readonly typeOnly: boolean;
}

function* imports(): Generator<Import> {
  for (const full of ["src", "commands", "models"].flatMap((folder) => walk(path.join(root, folder)))) {
    const file = path.relative(root, full);
    const text = readFileSync(full, "utf8");
    for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"/gms))
      yield { file, from: match[2]!, typeOnly: match[1] !== undefined };
  }
}

function walk(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? walk(full) : full.endsWith(".ts") ? [full] : [];
  });
}

const partOf = (file: string): string =>
  Object.keys(ALLOWED)
    .filter((part) => file.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0] ?? "";

describe("the parts of the program", () => {
  it("import one way only", () => {
    const wrong: string[] = [];
    for (const { file, from } of imports()) {
      const part = partOf(file);
      if (!from.startsWith(".") || part === "") continue;
      const target = path.relative(root, path.resolve(root, path.dirname(file), from));
      const targetPart = partOf(target);
      const isRootFile = path.dirname(target) === "src";
      if (
        isRootFile
          ? target === "src/main.ts" || target === "src/cli.ts"
          : targetPart !== part && !ALLOWED[part]!.includes(targetPart)
      )
        wrong.push(`${file} -> ${target}`);
    }
    expect(wrong).toEqual([]);
  });

  it("keep the domain free of Discord, models and storage", () => {
    const wrong = [...imports()].filter(({ file, from }) => PURE.includes(partOf(file)) && HEAVY.test(from));
    expect(wrong).toEqual([]);
  });
});
