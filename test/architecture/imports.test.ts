import { describe, expect, it } from "vitest";

import { circlesOf } from "./circles.ts";
import { ALLOWED, partOf, permitOf, refusalOf } from "./rules.ts";
import { FILES, IMPORTS, importsIn } from "./tree.ts";

const refusals = (file: string, text: string): string[] =>
  importsIn(file, text).flatMap((each) => refusalOf(each) ?? []);

describe("the parts of the tree", () => {
  it("hold every file", () => {
    expect(FILES.filter((file) => partOf(file) === null)).toEqual([]);
    expect(Object.keys(ALLOWED).filter((part) => !FILES.some((file) => partOf(file) === part))).toEqual([]);
  });

  it("import one way only, types too", () => {
    expect(IMPORTS.flatMap((each) => refusalOf(each) ?? [])).toEqual([]);
  });

  it("may not import what they do not", () => {
    const used = new Set(IMPORTS.map((each) => `${partOf(each.file)} -> ${permitOf(each)}`));
    const allowed = Object.entries(ALLOWED).flatMap(([part, places]) => places.map((place) => `${part} -> ${place}`));
    expect(allowed.filter((each) => !used.has(each))).toEqual([]);
  });

  it("know no circle, not even of types", () => {
    expect(circlesOf(IMPORTS)).toEqual([]);
  });
});

describe("a planted import", () => {
  it.each([
    ["src/jobs/running/stages.ts", "../../stylize/diffusion/diffusion.ts"],
    ["src/discord/client.ts", "../../commands/index.ts"],
    ["src/votes/scores.ts", "../store/ballots.ts"],
    ["src/jobs/job.ts", "../store/store.ts"],
    ["src/images/decode.ts", "../../models/tiny-face-detector.ts"],
    ["src/onnx/session.ts", "../config.ts"],
    ["src/painting.ts", "./stylize/stylizer.ts"],
    ["src/errors.ts", "./config.ts"],
    ["src/stylize/stylizer.ts", "../cli/progress.ts"],
    ["src/engine/worker.ts", "../main.ts"],
    ["models/unet.ts", "../src/stylize/stylizer.ts"],
    ["src/store/store.ts", "../../test/store/tiny-disk.ts"],
    ["commands/queue.ts", "../packages/sandbox/src/index.ts"],
    ["packages/sandbox/src/index.ts", "../../../src/errors.ts"],
    ["src/jobs/queue.ts", "discord.js"],
    ["src/votes/rounds.ts", "kysely"],
    ["src/discord/client.ts", "@atelier/sandbox"],
  ])("is refused however it is written: %s -> %s", (file, to) => {
    for (const text of [
      `import { x } from "${to}";`,
      `import type { X } from "${to}";`,
      `import { type X } from "${to}";`,
      `import {\n  x,\n  type Y,\n} from "${to}";`,
      `import x, * as y from "${to}";`,
      `import "${to}";`,
      `export * from "${to}";`,
      `export { x as y } from "${to}";`,
      `const x = await import("${to}");`,
      `let x: import("${to}").X;`,
    ])
      expect(refusals(file, text)).toHaveLength(1);
  });

  it.each([
    ["src/jobs/engine.ts", "../stylize/stylizer.ts"],
    ["src/jobs/running/stages.ts", "../../painting.ts"],
    ["src/jobs/running/stages.ts", "../job.ts"],
    ["src/jobs/running/stages.ts", "node:path"],
    ["src/store/store.ts", "kysely"],
    ["test/votes/figures.test.ts", "../../src/votes/scores.ts"],
  ])("is let through where it belongs: %s -> %s", (file, to) => {
    expect(refusals(file, `import type { X } from "${to}";`)).toEqual([]);
  });

  it("is found when it closes a circle", () => {
    const planted = [
      ...importsIn("src/a.ts", 'import type { B } from "./b.ts";'),
      ...importsIn("src/b.ts", 'import { c } from "./room/c.ts";\nimport { d } from "./d.ts";'),
      ...importsIn("src/room/c.ts", 'export type { A } from "../a.ts";'),
      ...importsIn("src/d.ts", 'import { d } from "./d.ts";'),
    ];
    expect(circlesOf(planted)).toEqual([["src/d.ts"], ["src/a.ts", "src/b.ts", "src/room/c.ts"]]);
  });
});
