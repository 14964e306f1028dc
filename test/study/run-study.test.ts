import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { CancelledError, UserError } from "../../src/errors.ts";
import type { StylizeTask } from "../../src/jobs/engine.ts";
import { readManifest } from "../../src/study/manifest.ts";
import { succeed, useStudyRoom } from "./study-room.ts";
import type { Call } from "../jobs/scripted-engine.ts";

const room = useStudyRoom();

const paintings = (calls: readonly Call[]): string[] =>
  calls
    .filter(({ kind }) => kind === "stylize")
    .map(({ task }) => {
      const { content, style, variant, settings } = task as StylizeTask;
      return [content.sha256.slice(0, 8), style.sha256.slice(0, 8), variant, settings.seed].join(" ");
    });
const ofKind = (calls: readonly Call[], kind: Call["kind"]): number =>
  calls.filter((call) => call.kind === kind).length;

describe("a study", () => {
  it("has every pair painted by every variant and seed, its styles described once and its contents looked at once", async () => {
    const { manifest, engine } = await room.run(room.order({ seeds: [1, 7] }));
    expect(manifest).toMatchObject({ complete: true, failed: [], leftOut: [], atelier: "1.0.0" });
    expect(manifest.pictures).toHaveLength(2 * 2 * 3 * 2);
    expect(new Set(paintings(engine.calls)).size).toBe(24);
    expect([ofKind(engine.calls, "stylize"), ofKind(engine.calls, "describe"), ofKind(engine.calls, "faces")]).toEqual([
      24, 2, 2,
    ]);
    expect(manifest.styles.map(({ description }) => description)).toEqual(
      Array.from({ length: 2 }, () => ({ text: "blue strokes", describer: "scripted" })),
    );
    expect(manifest.contents.map(({ face }) => face)).toEqual([false, false]);
    const [first] = manifest.pictures;
    expect(first).toMatchObject({ content: "cat", style: "ink", candidate: "inst", seed: 1, width: 64, height: 48 });
    expect(await readFile(path.join(room.order().out, first!.file), "utf8")).toBe("painted with seed 1");
    expect(await readManifest(room.order().out)).toEqual(manifest);
  });

  it("goes on where it was stopped, and paints nothing twice", async () => {
    const stop = new AbortController();
    let painted = 0;
    const until = (call: Call): void => {
      if (call.kind === "stylize" && ++painted === 6) stop.abort(new CancelledError());
      else succeed(call);
    };
    await expect(room.run(room.order(), until, { signal: stop.signal })).rejects.toThrow(CancelledError);
    const left = await readManifest(room.order().out);
    expect(left).toMatchObject({ complete: false, failed: [] });
    expect(left!.pictures).toHaveLength(5);
    const { manifest, engine } = await room.run(room.order());
    expect(manifest.complete).toBe(true);
    expect(paintings(engine.calls)).toHaveLength(7);
    expect([ofKind(engine.calls, "describe"), ofKind(engine.calls, "faces")]).toEqual([1, 0]);
    const third = await room.run(room.order());
    expect(third.engine.calls).toEqual([]);
    expect(third.manifest).toEqual(manifest);
  });

  it("may grow by pictures, seeds, variants and controls, and paints what is new alone", async () => {
    await room.run(room.order({ variants: ["inst"] }));
    await room.draw("contents/owl.png", "#fff");
    const { manifest, engine } = await room.run(room.order({ variants: ["inst", "prompt"], controls: true }));
    expect(paintings(engine.calls)).toHaveLength(2 + 6);
    // The embedded engine is the study's own here: its pictures are there already.
    expect(manifest.pictures).toHaveLength(6 * (2 + 4));
    const of = (candidate: string) => manifest.pictures.filter((each) => each.candidate === candidate);
    expect(of("control-embedded").map(({ sha256 }) => sha256)).toEqual(of("inst").map(({ sha256 }) => sha256));
    const [content] = of("control-content");
    expect(content).toMatchObject({ seed: null, painted: null, width: 64, height: 53 });
    const { data } = await sharp(path.join(room.order().out, content!.file))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data.subarray(-3 * 64, -3 * 63)]).toEqual([255, 0, 0]);
  });

  it("names what cannot be painted with its reason, and tries it again the next time", async () => {
    const refuse = (call: Call): void =>
      call.kind === "stylize" && (call.task as StylizeTask).variant === "prompt"
        ? call.fail(new UserError("no-words", "There are no words."))
        : succeed(call);
    const { manifest } = await room.run(room.order({ pairs: 1 }), refuse);
    expect(manifest).toMatchObject({
      complete: false,
      failed: [{ candidate: "prompt", seed: 1, why: "There are no words." }],
    });
    const { manifest: second, engine } = await room.run(room.order({ pairs: 1 }));
    expect(second).toMatchObject({ complete: true, failed: [] });
    expect(paintings(engine.calls)).toHaveLength(1);
  });

  it("tells how far it is, and how long it still takes", async () => {
    const told: (number | null)[][] = [];
    await room.run(room.order({ pairs: 1 }), succeed, {
      onProgress: ({ done, total, secondsLeft }) => told.push([done, total, secondsLeft]),
    });
    expect(told.map(([done, total]) => [done, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(told.every(([, , left]) => left !== null)).toBe(true);
    expect(told.at(-1)![2]).toBe(0);
  });

  it("refuses another version, other settings, or less than it has", async () => {
    await room.run(room.order({ pairs: 1 }));
    const refused = (said: string) =>
      expect.objectContaining({ identifier: "other-study", message: expect.stringContaining(said) });
    await expect(room.run(room.order({ pairs: 1 }), succeed, {}, "2.0.0")).rejects.toEqual(
      refused("of Atelier 1.0.0, and this is 2.0.0. Go on with it by the Atelier that began it, or"),
    );
    const settings = { ...room.order().settings, strength: 0.3 };
    await expect(room.run(room.order({ pairs: 1, settings }))).rejects.toEqual(refused("with strength 0.6, not 0.3"));
    await expect(room.run(room.order({ pairs: 1, seeds: [2] }))).rejects.toEqual(refused("the seed 1 as well"));
    await expect(room.run(room.order({ pairs: 1, variants: ["inst"] }))).rejects.toEqual(
      refused("that has image-prompt"),
    );
  });

  it("refuses style paths where the engine has one way only", async () => {
    await expect(room.run(room.order({ paths: ["attention"] }))).rejects.toMatchObject({
      identifier: "paths-need-diffusion",
    });
  });

  it("says by name which result was changed, and puts it back when that is taken away", async () => {
    const { manifest } = await room.run(room.order({ pairs: 1 }));
    const { file } = manifest.pictures[0]!;
    const target = path.join(room.order().out, file);
    // As editors do: another file under the same name.
    await rm(target);
    await writeFile(target, "retouched");
    await expect(room.run(room.order({ pairs: 1 }))).rejects.toMatchObject({
      identifier: "study-result-changed",
      message: expect.stringContaining(file),
    });
    await rm(target);
    expect((await room.run(room.order({ pairs: 1 }))).manifest).toEqual(manifest);
    expect(await readdir(path.dirname(target))).toHaveLength(3);
  });
});
