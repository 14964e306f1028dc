/** Where the code names sentences, and what it gives them. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
const FOLDERS = ["src", "commands"];
const OWN = path.join("src", "words");

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** All code that may say something. */
export const sources = (): readonly Source[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .map((file) => path.join(folder, file))
      .filter((file) => file.endsWith(".ts") && !file.startsWith(OWN))
      .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), "utf8") })),
  );

/** Names that stand in the code whole, and patterns of those that it puts together. */
export function namesIn(all: readonly Source[]): { readonly whole: ReadonlySet<string>; readonly made: RegExp } {
  const whole = new Set<string>();
  const made = new Set<string>();
  for (const { text } of all) {
    for (const [, name] of text.matchAll(/"([a-z][a-z0-9]*(?:[._-][a-z0-9]+)*)"/g)) whole.add(name!);
    for (const [, begin, rest] of text.matchAll(/`([a-z][a-z0-9-]*\.[a-z0-9._-]*)(\$\{[^`\n]*)`/g)) {
      const parts = rest!.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", String.raw`\.`));
      if (parts.every((part) => /^[a-z0-9\\._-]*$/.test(part)))
        made.add(begin!.replaceAll(".", String.raw`\.`) + parts.join("[a-z0-9._-]*"));
    }
  }
  return { whole, made: new RegExp(`^(?:${[...made].join("|") || "(?!)"})$`) };
}

/** A sentence that is said with values that can be read from the code. */
export interface Said {
  readonly file: string;
  readonly sentence: string;
  /** By name; `null`: more than that is given, or who knows what. */
  readonly given: ReadonlySet<string> | null;
}

const SAID = /(?:\bsay\(|\bsentence:)\s*"([a-z0-9._-]+)"\s*(\)|\}|,\s*(?:values:\s*)?\{)/g;

export function saidIn({ file, text }: Source): readonly Said[] {
  return [...text.matchAll(SAID)].map(({ 0: all, 1: sentence, 2: end, index }) => {
    const hasValues = end!.endsWith("{");
    return { file, sentence: sentence!, given: hasValues ? keysAt(text, index + all.length) : new Set<string>() };
  });
}

/** Keys of an object literal from behind its first brace; `null` where another object is spread into it. */
function keysAt(text: string, start: number): ReadonlySet<string> | null {
  const keys = new Set<string>();
  for (const entry of entriesAt(text, start)) {
    if (entry.startsWith("...")) return null;
    const key = /^"?([\w-]+)"?/.exec(entry)?.[1];
    if (key) keys.add(key);
  }
  return keys;
}

/** What commas separate in a literal, as it is written, up to the brace that ends it. */
function entriesAt(text: string, start: number): readonly string[] {
  const entries: string[] = [];
  let entry = "";
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i]!;
    if (depth === 0 && (char === "," || char === "}")) {
      if (entry.trim() !== "") entries.push(entry.trim());
      entry = "";
      if (char === "}") break;
      continue;
    }
    if (/[{([]/.test(char)) depth++;
    if (/[})\]]/.test(char)) depth--;
    const end = /["'`]/.test(char) ? endOfText(text, i) : i;
    entry += text.slice(i, end + 1);
    i = end;
  }
  return entries;
}

/** Of a quoted text, with what is put into it. */
function endOfText(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === text[start]) return i;
    else if (text[start] === "`" && text.startsWith("${", i)) i = endOfHole(text, i + 2);
  }
  return text.length;
}

function endOfHole(text: string, start: number): number {
  for (let i = start, depth = 0; i < text.length; i++) {
    if (/["'`]/.test(text[i]!)) i = endOfText(text, i);
    else if (text[i] === "{") depth++;
    else if (text[i] === "}" && depth-- === 0) return i;
  }
  return text.length;
}
