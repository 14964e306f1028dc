import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";
import { expect, it } from "vitest";

import { checkReport } from "../../src/cli/study-report.ts";
import { createFolderPictures } from "../../src/pictures/folder.ts";
import { writeMeasures } from "../../src/study/measures.ts";
import { ballotsFile } from "../../src/study/study-ballots.ts";
import { readReportInput } from "../../src/study/report/study-report.ts";
import { writeReport } from "../../src/study/report/write-report.ts";
import type { Call } from "../jobs/scripted-engine.ts";
import { madeBallot, madeMeasures } from "./made-study.ts";
import { succeed, useStudyRoom } from "./study-room.ts";

const room = useStudyRoom();

/** Paints small pictures, each in a colour of its own. */
const painted = (call: Call, n: number): void => {
  if (call.kind !== "stylize") return succeed(call);
  const create = { width: 64, height: 48, channels: 3 as const, background: { r: 10 * n, g: 120, b: 40 } };
  void sharp({ create })
    .png()
    .toBuffer()
    .then((png) => call.succeed(png));
};

it("writes one page with its pictures in it, and charts, sheets and tables beside it", async () => {
  const order = room.order();
  const { manifest } = await room.run(order, painted);
  const ranking = ["prompt", "image-prompt", "inst"];
  const ballots = manifest.pairs.flatMap((pair) => [
    madeBallot({ ...pair, ranking }),
    madeBallot({ ...pair, person: "ben", ranking }),
  ]);
  await writeFile(path.join(order.out, "ballots.json"), ballotsFile(ballots));
  await writeMeasures(order.out, madeMeasures(manifest, { steady: (candidate) => ranking.indexOf(candidate) }));
  // Somebody has spoiled one of the results.
  const spoiled = path.join(order.out, manifest.pictures[0]!.file);
  await rm(spoiled);
  await writeFile(spoiled, "no picture");
  const out = path.join(room.folder, "report");
  const given = {
    folder: order.out,
    out,
    files: createFolderPictures(path.join(order.out, "data/pictures")),
    pictureSize: 64,
    studies: 20,
  };
  const { files } = await writeReport(await readReportInput(order.out), given);
  expect((await readdir(out)).sort()).toEqual([...files].sort());
  expect(files).toEqual(
    expect.arrayContaining(
      "index.html report.json report.tex table-1.csv strengths.csv measures.csv agreement.csv cost.csv".split(" "),
    ),
  );
  expect(files).toEqual(expect.arrayContaining("table-1.png strengths.png agreement.png".split(" ")));
  expect(files).toEqual(expect.arrayContaining("disagreements.png best-and-worst.png".split(" ")));
  const page = await readFile(path.join(out, "index.html"), "utf8");
  // Two contents, two styles and twelve results but one: each once.
  expect(page.match(/src="data:image\/webp;base64,/g)).toHaveLength(2 + 2 + 12 - 1);
  expect(page.match(/no picture/g)!.length).toBeGreaterThan(0);
  const { width } = await sharp(path.join(out, "table-1.png")).metadata();
  expect(width).toBe(420 * 3);

  // Somebody takes their answers back.
  const check = async () => checkReport(out, (await readReportInput(order.out)).of);
  expect(await check()).toMatchObject({ isCurrent: true });
  await writeFile(path.join(order.out, "ballots.json"), ballotsFile(ballots.slice(1)));
  expect(await check()).toMatchObject({
    isCurrent: false,
    words: expect.stringContaining("is out of date, and says so now. Answers were added or taken back.") as string,
  });
  const stale = await readFile(path.join(out, "index.html"), "utf8");
  expect(stale.replace(/<p class="notice stale" role="alert">.*\n/, "")).toBe(page);
  expect(stale).not.toBe(page);
  expect((await readdir(out)).sort()).toEqual([...files, "OUT-OF-DATE.txt"].sort());
  await writeReport(await readReportInput(order.out), given);
  expect(await check()).toMatchObject({ isCurrent: true });
  expect((await readdir(out)).sort()).toEqual([...files].sort());
});

it("says where there is no study, and which file it cannot read", async () => {
  await expect(readReportInput(path.join(room.folder, "nowhere"))).rejects.toMatchObject({ identifier: "no-study" });
  const { out } = room.order();
  await room.run(room.order({ pairs: 1 }));
  await expect(readReportInput(out, path.join(room.folder, "none.json"))).rejects.toMatchObject({
    identifier: "file-unreadable",
  });
  await writeFile(path.join(out, "ballots.json"), '{"format": "something"}');
  await expect(readReportInput(out)).rejects.toMatchObject({ identifier: "ballots-unreadable" });
});
