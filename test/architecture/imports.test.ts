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
  "src/engine": [
    "src/process",
    "src/jobs",
    "src/caption",
    "src/stylize",
    "src/onnx",
    "models",
    "src/images",
    "src/checkpoints",
  ],
  "src/process": [],
  "src/reader": ["src/process", "src/images", "src/stylize"],
  "src/store": ["src/jobs", "src/votes"],
  "src/checkpoints": ["src/onnx"],
  "src/discord": [
    "src/jobs",
    "src/reader",
    "src/images",
    "src/store",
    "src/votes",
    "commands",
    "src/caption",
    "src/stylize",
  ],
};

/** Domain code that must run without Discord, a network or a model. */
const PURE = ["src/jobs", "src/votes"];
const HEAVY = /^(discord\.js|@discordjs\/.*|onnxruntime.*|sharp|libsql|kysely|hono|ws)$/;

interface Import {
  readonly file: string;
  readonly from: string;
  readonly typeOnly: boolean;
}

function* imports(folders = ["src", "commands", "models"]): Generator<Import> {
  for (const full of folders.flatMap((folder) => walk(path.join(root, folder)))) {
    const file = path.relative(root, full);
    const text = readFileSync(full, "utf8");
    for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"/gms))
      yield { file, from: match[2]!, typeOnly: match[1] !== undefined };
    for (const [, from] of text.matchAll(/\bimport\("([^"]+)"\)/g)) yield { file, from: from!, typeOnly: false };
  }
}

function walk(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? walk(full) : /\.[jt]s$/.test(full) ? [full] : [];
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

describe("the sandbox", () => {
  const SANDBOX = "packages/sandbox";
  /** Where Atelier meets it; the product itself knows only Discord. */
  const USERS = ["src/cli/demo/", "src/bench/"];

  it("imports nothing of Atelier, and nothing that its own package.json does not name", () => {
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(
      readFileSync(path.join(root, SANDBOX, "package.json"), "utf8"),
    ) as Record<string, Record<string, string>>;
    const others = ["vitest", "@atelier/sandbox"]; // the workspace has it; its example knows it by name
    const named = [dependencies, devDependencies, peerDependencies].flatMap((list) => Object.keys(list ?? {}));
    const isOwn = ({ file, from }: Import): boolean =>
      from.startsWith(".")
        ? path.join(path.dirname(file), from).startsWith(`${SANDBOX}/`)
        : from.startsWith("node:") ||
          [...named, ...others].some((name) => from === name || from.startsWith(`${name}/`));
    const found = [...imports([SANDBOX])].filter(({ file }) => !file.includes("/node_modules/"));
    expect(found.length).toBeGreaterThan(200);
    expect(found.filter((each) => !isOwn(each))).toEqual([]);
  });

  it("is no part of the product", () => {
    const wrong = [...imports()].filter(
      ({ file, from }) => /@atelier\/sandbox|packages\//.test(from) && !USERS.some((user) => file.startsWith(user)),
    );
    expect(wrong).toEqual([]);
  });
});
