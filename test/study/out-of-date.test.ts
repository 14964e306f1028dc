import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { checkReport } from "../../src/cli/study-report.ts";
import { markOutOfDate, markWhereAnswersChanged, reportIn } from "../../src/study/out-of-date.ts";

const OF = { study: "a", ballots: "b", measures: null, answers: { survey: "S1", hash: "then" } };
let run: string;
const file = (name: string): string => path.join(run, "report", name);
const read = (name: string): Promise<string> => readFile(file(name), "utf8");

beforeEach(async () => {
  run = await mkdtemp(path.join(os.tmpdir(), "atelier-out-of-date-"));
  await mkdir(path.join(run, "report"));
  await writeFile(file("report.json"), JSON.stringify({ of: OF, outOfDate: false, costs: [] }));
  await writeFile(file("index.html"), "<html>\n<body>\n<main></main>\n</body>\n</html>\n");
  await writeFile(file("report.tex"), "% tables\n");
  await writeFile(file("cost.csv"), "candidate,seconds\n");
});
afterEach(() => rm(run, { recursive: true, force: true }));

describe("a report whose answers have changed", () => {
  it("says so in every file that can, and beside those that cannot, once", async () => {
    await markOutOfDate(path.join(run, "report"));
    await markOutOfDate(path.join(run, "report"));
    expect((await read("index.html")).match(/role="alert"/g)).toHaveLength(1);
    expect(await read("report.tex")).toMatch(/^% This report is out of date.*\n% tables\n$/);
    expect(JSON.parse(await read("report.json"))).toEqual({ of: OF, outOfDate: true, costs: [] });
    expect(await read("cost.csv")).toBe("candidate,seconds\n");
    expect(await read("OUT-OF-DATE.txt")).toContain("out of date");
  });

  it("is known by the study that people answered in, and by what they had answered", async () => {
    for (const now of [
      { survey: "S2", hash: "now" },
      { survey: "S1", hash: "then" },
    ])
      expect(await markWhereAnswersChanged(run, now)).toBe(false);
    expect(await markWhereAnswersChanged(run, { survey: "S1", hash: "now" })).toBe(true);
    expect(await markWhereAnswersChanged(run, { survey: "S1", hash: "later" })).toBe(false);
  });

  it("is no matter where there is none, or one that an earlier Atelier made", async () => {
    await writeFile(file("report.json"), JSON.stringify({ of: { study: "a", ballots: "b", measures: null } }));
    expect(await markWhereAnswersChanged(run, { survey: "S1", hash: "now" })).toBe(false);
    await rm(path.join(run, "report"), { recursive: true });
    expect(await markWhereAnswersChanged(run, { survey: "S1", hash: "now" })).toBe(false);
    expect(await readdir(run)).toEqual([]);
  });

  it("is told by atelier study report --check in a sentence", async () => {
    const out = path.join(run, "report");
    expect(await checkReport(out, OF)).toEqual({ isCurrent: true, words: `${file("index.html")} is up to date.` });
    const changed = await checkReport(out, { ...OF, ballots: "c", study: "d" });
    expect(changed.isCurrent).toBe(false);
    expect(changed.words).toContain("Answers were added or taken back. The study has other pictures now.");
    expect((await reportIn(out))?.outOfDate).toBe(true);
    // The bot knows of answers that have not come into the folder.
    expect((await checkReport(out, OF)).words).toContain("/study report there gives the ones of now");
    await rm(out, { recursive: true });
    expect((await checkReport(out, OF)).words).toContain("There is no report in");
  });
});
