/** Studies that are measured: every picture through real networks, tiny ones, some seconds of work together. */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { CancelledError } from "../../src/errors.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { createFolderPictures } from "../../src/pictures/folder.ts";
import { KeptMeasures } from "../../src/study/kept-measures.ts";
import type { Manifest } from "../../src/study/manifest.ts";
import { type MeasureHooks, measureStudy } from "../../src/study/measure-study.ts";
import type { Measures } from "../../src/study/measures.ts";
import { measuresText } from "../../src/study/metrics-table.ts";
import { openInstruments } from "../../src/study/metrics/instruments.ts";
import { encodePng } from "../../src/images/encode.ts";
import { seededRandom } from "../../src/random.ts";
import type { Call } from "../jobs/scripted-engine.ts";
import { FIXTURES } from "../models/reference.ts";
import { succeed, useStudyRoom } from "./study-room.ts";

const room = useStudyRoom();
/** ArtFID sees nothing in smaller pictures. */
const BIG = { size: 96, strength: 0.6, steps: null, guidance: null, learnSteps: null };
let sessions: SessionPool;
beforeEach(() => {
  sessions = new SessionPool(1e9);
});
afterEach(() => sessions.release());

/** A PNG of coloured patches. */
function patches(seed: number, width: number, height: number): Promise<Uint8Array> {
  const random = seededRandom(seed);
  const across = Math.ceil(width / 8);
  const colours = Array.from({ length: 3 * across * Math.ceil(height / 8) }, () => Math.floor(256 * random()));
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return colours[3 * (Math.floor(y / 8) * across + Math.floor(x / 8)) + (i % 3)]!;
  });
  return encodePng({ width, height, data });
}

/** Studies of such pictures, painted as others. */
async function study(over: Parameters<typeof room.order>[0] = {}): Promise<Manifest> {
  for (const [seed, file] of ["contents/cat.png", "contents/dog.png", "styles/ink.png", "styles/oil.png"].entries())
    await writeFile(path.join(room.folder, file), await patches(seed, 48, 40));
  const settings = { size: 40, strength: 0.6, steps: null, guidance: null, learnSteps: null };
  const order = room.order({ variants: ["inst"], settings, ...over });
  const { size } = order.settings;
  const paint = async (call: Call, n: number): Promise<void> =>
    call.kind === "stylize" ? call.succeed(await patches(10 + n, size, Math.round((size * 5) / 6))) : succeed(call);
  return (await room.run(order, (call, n) => void paint(call, n))).manifest;
}

/** The folder of checkpoints of the test that runs, with tiny networks of these names. */
async function models(...names: string[]): Promise<string> {
  const folder = path.join(room.folder, "models");
  await mkdir(folder, { recursive: true });
  for (const name of names)
    await cp(path.join(FIXTURES, "metrics", name), path.join(folder, name), { recursive: true });
  return folder;
}

async function measure(manifest: Manifest, modelsDir: string, hooks: Partial<MeasureHooks> = {}) {
  const out = path.join(room.folder, "out");
  const opened = await openInstruments(modelsDir, sessions);
  let looks = 0;
  const instruments = opened.instruments.map((each) => ({
    ...each,
    measure: (...given: Parameters<typeof each.measure>) => {
      looks++;
      return each.measure(...given);
    },
  }));
  const parts = {
    ...opened,
    instruments,
    files: createFolderPictures(path.join(out, "data/pictures")),
    kept: new KeptMeasures(path.join(out, "data/measured")),
    sessions,
    atelier: "1.0.0",
  };
  const measures = await measureStudy(manifest, out, parts, { signal: new AbortController().signal, ...hooks });
  return { measures, looks };
}

const valuesOf = ({ pictures }: Measures, candidate: string, metric: string): number[] =>
  pictures.filter((row) => row.candidate === candidate && row.metric === metric).map(({ value }) => value);

describe("a study that is measured", () => {
  it("has every picture and control measured, and what cannot be is named with what to do", async () => {
    const manifest = await study({ pairs: 2 });
    const { measures } = await measure(manifest, await models("lpips-alex"));
    expect(measures.metrics.map(({ id }) => id)).toEqual(["lpips", "ssim", "edges", "palette", "histogram"]);
    const candidates = new Set(measures.pictures.map(({ candidate }) => candidate));
    expect([...candidates]).toEqual(["inst", "control-content", "control-style", "control-colours"]);
    for (const metric of ["ssim", "edges"])
      for (const value of valuesOf(measures, "control-content", metric)) expect(value).toBeCloseTo(1, 9);
    expect(valuesOf(measures, "control-content", "lpips")).toEqual([0, 0]);
    expect(valuesOf(measures, "control-style", "histogram")).toEqual([0, 0]);
    expect(measures.metrics.find(({ id }) => id === "lpips")).toMatchObject({ side: "content", prefersContent: true });
    expect(measures.broken).toEqual([]);
    const left = new Map(measures.leftOut.map(({ metric, why }) => [metric, why]));
    expect(left.get("csd")).toBe("its weights are not installed: atelier models install csd-vit-l");
    expect(left.get("artfid")).toBe("its weights are not installed: atelier models install art-inception");
    expect(left.get("faces")).toBe("no content shows a face");
    expect([...left.keys()].sort()).toEqual(
      ["artfid", "cfsd", "clip-image", "clip-text", "csd", "face-identity", "faces", "fid", "gram", "kid"].sort(),
    );
    const text = measuresText(measures);
    expect(text).toMatch(/^content +LPIPS \(AlexNet\) +lower is better +\S+ +0 .* prefers the untouched content$/m);
    expect(text).toContain("  CSD (style alone): its weights are not installed: atelier models install csd-vit-l");
  });

  it("has sets of pictures held against their styles where the networks for it are installed", async () => {
    const manifest = await study({ controls: true, pairs: 2, settings: BIG });
    const { measures } = await measure(manifest, await models("lpips-alex", "fid-inception", "art-inception"));
    const values = new Map(measures.sets.map(({ candidate, metric, value }) => [`${candidate} ${metric}`, value]));
    expect(values.get("control-style fid")).toBeCloseTo(0, 4);
    expect(values.get("control-content fid")).toBeGreaterThan(0);
    // (1 + LPIPS)(1 + FID): the styles themselves have no FID, and the contents no LPIPS.
    const [first, second] = valuesOf(measures, "control-style", "lpips") as [number, number];
    expect(values.get("control-style artfid")).toBeCloseTo(1 + (first + second) / 2, 4);
    expect(values.get("control-content artfid")).toBeGreaterThan(1);
    expect(values.has("inst kid")).toBe(true);
    expect(measures.sets.every(({ count }) => count === 2)).toBe(true);
    expect(measures.metrics.find(({ id }) => id === "fid")!.note).toMatch(/not to be trusted/);
  });

  it("is measured once, and goes on where it was stopped", async () => {
    const manifest = await study({ pairs: 2 });
    const folder = await models();
    const abort = new AbortController();
    const stopped = measure(manifest, folder, {
      signal: abort.signal,
      onProgress: ({ done }) => done === 3 && abort.abort(new CancelledError()),
    });
    await expect(stopped).rejects.toThrow(CancelledError);
    const rest = await measure(manifest, folder);
    expect(rest.looks).toBe(8 - 3);
    const again = await measure(manifest, folder);
    expect(again.looks).toBe(0);
    expect(again.measures).toEqual(rest.measures);
    // With another network all pictures are looked at by that alone.
    const more = await measure(manifest, await models("lpips-alex"));
    expect(more.looks).toBe(8);
    expect(valuesOf(more.measures, "inst", "ssim")).toEqual(valuesOf(again.measures, "inst", "ssim"));
  });

  it("goes without pictures that are broken, changed or gone, and names them", async () => {
    const manifest = await study({ pairs: 2 });
    const [changed, gone] = manifest.pictures.map(({ file }) => file) as [string, string];
    await rm(path.join(room.folder, "out", changed));
    await writeFile(path.join(room.folder, "out", changed), "no picture");
    await rm(path.join(room.folder, "out", gone));
    const { measures } = await measure(manifest, await models());
    expect(measures.broken.map(({ file }) => file).sort()).toEqual([changed, gone].sort());
    expect(measures.broken.find(({ file }) => file === changed)!.why).toBe("it was changed since it was painted");
    expect(valuesOf(measures, "inst", "ssim")).toEqual([]);
    expect(valuesOf(measures, "control-content", "ssim")).toHaveLength(2);
    expect(measures.metrics[0]!.prefersContent).toBeNull();
  });

  it("is measured without a network whose file is broken, which is named", async () => {
    const manifest = await study({ pairs: 2 });
    const folder = await models("lpips-alex");
    await writeFile(path.join(folder, "lpips-alex/model.safetensors"), "broken");
    const { measures } = await measure(manifest, folder);
    expect(measures.leftOut.find(({ metric }) => metric === "lpips")!.why).toMatch(/model\.safetensors/);
  });
});
