import path from "node:path";

import { expect, it } from "vitest";

import { FILES } from "./tree.ts";

const FOLDERS = ["src/", "commands/", "models/"];

/** Rooms whose files are named after commands and topics, which other rooms are about. */
const BY_TOPIC = ["commands/", "src/cli/", "src/bench/", "src/discord/wording/"];

/** Rooms that are built alike: what one has under these names, the other has as well. */
const ALIKE = ["src/engine/", "src/reader/"];
const ALIKE_NAMES = ["child", "messages", "worker"];

const stemOf = (file: string): string => path.posix.basename(file).replace(/\.\w+$/, "");

/** Files that share a name by accident; a worker's `.mjs` stands beside its `.ts`. */
function namesakes(files: readonly string[]): string[][] {
  const byName = new Map<string, string[]>();
  for (const file of files) {
    const stem = stemOf(file);
    const onPurpose =
      stem === "index" ||
      BY_TOPIC.some((room) => file.startsWith(room)) ||
      (ALIKE_NAMES.includes(stem) && ALIKE.some((room) => file.startsWith(room)));
    const beside = byName.get(stem)?.some((other) => path.posix.dirname(other) === path.posix.dirname(file));
    if (!onPurpose && !beside) byName.set(stem, [...(byName.get(stem) ?? []), file]);
  }
  return [...byName.values()].filter((same) => same.length > 1);
}

it("no two files share a name by accident", () => {
  const files = FILES.filter((file) => FOLDERS.some((folder) => file.startsWith(folder)));
  expect(namesakes(files)).toEqual([]);
});

it("a second file of a name is found", () => {
  expect(namesakes(["src/onnx/devices.ts", "src/engine/devices.ts"])).toHaveLength(1);
  expect(namesakes(["models/layers.ts", "src/stylize/layers.mjs"])).toHaveLength(1);
  expect(
    namesakes(["src/engine/worker.ts", "src/reader/worker.ts", "src/bench/votes.ts", "src/votes/votes.ts"]),
  ).toEqual([]);
});
