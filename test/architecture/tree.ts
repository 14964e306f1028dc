/** The files of the tree, and what they import from each other. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
const FOLDERS = ["bin", "commands", "models", "packages", "scripts", "src", "test"];
const SOURCE = /\.(?:ts|mjs|js)$/;

/** One import, of types or of values: `from` as it is written, `to` a path from the root, or `null` for a package. */
export interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string | null;
}

/** `import … from`, `export … from`, `import "…"`; and `import("…")`, also where it stands for a type. */
const STATEMENT = /^(?:import|export)\s(?:[\w\s{},*$]*\sfrom\s+)?"([^"]+)"/gm;
const EXPRESSION = /\bimport\(\s*"([^"]+)"\s*\)/g;

/** What a file of this text imports. Paths of files have slashes and start at the root of the tree. */
export function importsIn(file: string, text: string): Import[] {
  return [...text.matchAll(STATEMENT), ...text.matchAll(EXPRESSION)].map(([, from]) => ({
    file,
    from: from!,
    to: from!.startsWith(".") ? path.posix.join(path.posix.dirname(file), from!) : null,
  }));
}

/** Every source file, those in the root of the tree included. */
export const FILES: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => SOURCE.test(name)),
  ...FOLDERS.flatMap(within),
];

export const IMPORTS: readonly Import[] = FILES.flatMap((file) => importsIn(file, read(file)));

/** The text of a file. */
export function read(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

function within(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const each = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : within(each);
    return SOURCE.test(each) ? [each] : [];
  });
}
