/** What is written down names files that are there. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const FOLDERS = ["", "docs", "docs/decisions", "docs/study", "packages/sandbox", "test/reference", "test/soak"];
const documents = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => path.join(folder, entry.name)),
);

/** Subject and what is done with it. */
const FEWEST_WORDS = 5;
/** All pictures of the README's head together: whoever opens it waits for half of them. */
const MOST_BYTES = 600_000;

/** Links that lead into the repository, from where the document stands. */
const linked = (document: string, text: string): string[] =>
  [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)="([^"]+)"/g)]
    .map(([, target, picture]) => (target ?? picture)!)
    .filter((target) => !/^\w+:/.test(target))
    .map((target) => path.join(path.dirname(document), target));

/** What is said of each picture to whoever does not see it. */
const altTexts = (text: string): string[] => [
  ...[...text.matchAll(/!\[([^\]]*)\]\(/g)].map(([, alt]) => alt!),
  ...[...text.matchAll(/<img\b[^>]*>/g)].map(([tag]) => /\balt="([^"]*)"/.exec(tag)?.[1] ?? ""),
];

/** Paths from the root that stand as code, in a figure or between words: `src/…`, `models/…`. */
const named = (text: string): string[] =>
  [...text.matchAll(/(?<![\w./-])(?:src|models|commands|test|scripts|docs|packages)\/[\w./-]*\w/g)].map(
    ([name]) => name,
  );

/** Files that are named without their folder. */
const mentioned = (text: string): string[] => [...text.matchAll(/`([\w-]+\.ts)`/g)].map(([, name]) => name!);
const SOURCES = ["src", "commands", "models", "test", "packages/sandbox/src", "packages/sandbox/example"];
const known = new Set(
  SOURCES.flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true }) as string[]).map((file) =>
    path.basename(file),
  ),
);

describe.each(documents)("%s", (document) => {
  const text = readFileSync(path.join(root, document), "utf8");

  it("leads to files that are there", () => {
    const lost = [...linked(document, text), ...named(text)].filter((target) => !existsSync(path.join(root, target)));
    expect([...lost, ...mentioned(text).filter((name) => !known.has(name))]).toEqual([]);
  });

  it("says what its pictures show", () => {
    expect(altTexts(text).filter((alt) => alt.split(" ").length < FEWEST_WORDS)).toEqual([]);
  });
});

it("shows the product in four pictures, each in both themes, which are small", () => {
  const folder = "docs/pictures";
  const shown = linked("README.md", readFileSync(path.join(root, "README.md"), "utf8"));
  const files = readdirSync(path.join(root, folder)).map((file) => path.join(folder, file));
  expect(shown.filter((file) => path.dirname(file) === folder).toSorted()).toEqual(files.toSorted());
  const names = files.map((file) => /([\w-]+)-(?:light|dark)\.webp$/.exec(file)?.[1]);
  expect([new Set(names).size, names.length]).toEqual([4, 8]);
  expect(files.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0)).toBeLessThan(MOST_BYTES);
});

it("lists every decision in its index", () => {
  const index = readFileSync(path.join(root, "docs/decisions/README.md"), "utf8");
  const pages = documents.filter((document) => /decisions\/\d/.test(document)).map((page) => path.basename(page));
  expect(pages.length).toBeGreaterThan(20);
  expect([...index.matchAll(/\((\d[^)]+\.md)\)/g)].map(([, page]) => page)).toEqual(pages.toSorted());
});
