import { readFileSync } from "node:fs";
import path from "node:path";

import { expect, it } from "vitest";

const read = (name: string): string => readFileSync(path.resolve(import.meta.dirname, "..", name), "utf8");

it("shows the example as it is run", () => {
  const example = ["example/bot.ts", "example/bot.test.ts"].map(read);
  const blocks = [...read("README.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);
  expect(blocks.length).toBeGreaterThan(2);
  for (const block of blocks) expect(example.some((text) => text.includes(block))).toBe(true);
});
