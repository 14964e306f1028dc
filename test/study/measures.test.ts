import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { type Measures, newMeasures, readMeasures, writeMeasures } from "../../src/study/measures.ts";

const MEASURED: Measures = newMeasures({
  atelier: "1.0.0",
  metrics: [
    {
      id: "ssim",
      label: "SSIM",
      side: "content",
      better: "higher",
      of: "picture",
      note: null,
      prefersContent: true,
    },
  ],
  pictures: [{ content: 'a "fox", red', style: "dots", candidate: "inst", seed: 1, metric: "ssim", value: 0.25 }],
  sets: [{ candidate: "inst", metric: "fid", value: 12.5, count: 54 }],
  leftOut: [{ metric: "csd", label: "CSD", why: "its weights are not installed" }],
  broken: [],
});

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "measures-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the measures of a study", () => {
  it("are read as they were written", async () => {
    expect(await readMeasures(folder)).toBeNull();
    await writeMeasures(folder, MEASURED);
    expect(await readMeasures(folder)).toEqual(MEASURED);
  });

  it("are rows for a spreadsheet as well", async () => {
    await writeMeasures(folder, MEASURED);
    expect((await readFile(path.join(folder, "metrics.csv"), "utf8")).split("\n")).toEqual([
      "content,style,candidate,seed,metric,value,count",
      '"a ""fox"", red",dots,inst,1,ssim,0.25,1',
      ",,inst,,fid,12.5,54",
      "",
    ]);
  });

  it("say it when another program wrote them", async () => {
    await writeFile(path.join(folder, "metrics.json"), "{}");
    await expect(readMeasures(folder)).rejects.toMatchObject({ identifier: "measures-unreadable" });
  });
});
