import { expect, it } from "vitest";

import { IMPORTS, read } from "./tree.ts";

const FOLDER = "packages/sandbox/";

it("the sandbox imports no package that its own package.json does not name", () => {
  const { dependencies, devDependencies, peerDependencies } = JSON.parse(read(`${FOLDER}package.json`)) as Record<
    string,
    Record<string, string>
  >;
  const others = ["vitest", "@atelier/sandbox"]; // the workspace has it; its example knows it by name
  const named = [dependencies, devDependencies, peerDependencies].flatMap((list) => Object.keys(list ?? {}));
  const isKnown = (from: string): boolean =>
    from.startsWith("node:") || [...named, ...others].some((name) => from === name || from.startsWith(`${name}/`));
  const found = IMPORTS.filter(({ file }) => file.startsWith(FOLDER));
  expect(found.length).toBeGreaterThan(200);
  expect(found.filter(({ from, to }) => to === null && !isKnown(from))).toEqual([]);
});
