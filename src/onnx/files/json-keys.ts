/** The keys of a JSON text. `JSON.parse` takes one that stands twice in silence, and readers differ in which counts. */
import { excerpt } from "../../errors.ts";

// What no file of weights has; a stranger's must not make reading slow.
const LONGEST_KEY = 1024;
const DEEPEST_NESTING = 64;

/**
 * What is wrong with the keys of a text: one stands twice in an object, or is too long, or lies too deep; `null` when
 * nothing is. Whether the text is JSON at all is left to `JSON.parse`.
 */
export function faultOfKeys(text: string): string | null {
  /** The keys met in each object that is open; a list has none. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "{" || character === "[") {
      if (open.push(undefined) > DEEPEST_NESTING) return `is nested more than ${DEEPEST_NESTING} deep`;
    } else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(text, at + 1);
      const written = text.slice(at + 1, end);
      at = end;
      if (open.length === 0 || !isKey(text, end + 1)) continue;
      if (written.length > LONGEST_KEY) return `has a key of ${written.length} characters, ${LONGEST_KEY} at most`;
      const key = meaning(written);
      const keys = (open[open.length - 1] ??= new Set());
      if (keys.has(key)) return `has ${excerpt(key)} twice`;
      keys.add(key);
    }
  }
  return null;
}

/** Where the quote lies that closes a string; the end of a text that has none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at >= 0; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (first > start && text[first - 1] === "\\") first--;
    if ((at - first) % 2 === 0) return at;
  }
  return text.length;
}

function isKey(text: string, from: number): boolean {
  let at = from;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at++;
  return text[at] === ":";
}

/** `\u0061` is the same key as `a`. */
function meaning(written: string): string {
  if (!written.includes("\\")) return written;
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return written;
  }
}
