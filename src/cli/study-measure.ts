/** `atelier study measure`: measures the pictures of a study by the published metrics, and goes on where it was stopped. */
import path from "node:path";

import type { Command } from "commander";

import { readConfig } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Measures } from "../study/measures.ts";
import { withInterrupt } from "./interrupt.ts";
import { progressLine } from "./progress.ts";
import { progressWords } from "./study-run.ts";
import { VERSION } from "../version.ts";

/** What networks may hold at once, bytes; the largest, a tower of CLIP, takes 1.2 GB. */
const NETWORK_BYTES = 2e9;

export function registerStudyMeasure(study: Command): void {
  study
    .command("measure")
    .argument("<dir>", "the folder of a study, as --out of atelier study run names it")
    .description(
      "measure its pictures and controls by LPIPS, FID and others; the same command goes on where it stopped",
    )
    .option("--json", "print what was measured as one JSON object and nothing else", false)
    .action(async (dir: string, { json }: { readonly json: boolean }) => {
      const measures = await measure(path.resolve(dir));
      const { measuresText } = await import("../study/metrics-table.ts");
      console.log(json ? JSON.stringify(measures) : measuresText(measures));
    });
}

async function measure(out: string): Promise<Measures> {
  const config = readConfig();
  const { DATA_FOLDER, readManifest } = await import("../study/manifest.ts");
  const manifest = await readManifest(out);
  if (manifest === null || manifest.pictures.length === 0)
    throw new UserError(
      "no-study",
      `There is no study with pictures in ${out}. Make one with: atelier study run --contents DIR --styles DIR --out DIR`,
    );
  const { createFolderPictures } = await import("../pictures/folder.ts");
  const { SessionPool } = await import("../onnx/session-pool.ts");
  const { KeptMeasures } = await import("../study/kept-measures.ts");
  const { measureStudy } = await import("../study/measure-study.ts");
  const { writeMeasures } = await import("../study/measures.ts");
  const { openInstruments } = await import("../study/metrics/instruments.ts");
  const data = path.join(out, DATA_FOLDER);
  const sessions = new SessionPool(NETWORK_BYTES);
  const bar = progressLine();
  try {
    return await withInterrupt(async (signal) => {
      const parts = {
        ...(await openInstruments(config.MODELS_DIR, sessions)),
        files: createFolderPictures(path.join(data, "pictures")),
        kept: new KeptMeasures(path.join(data, "measured")),
        sessions,
        atelier: VERSION,
      };
      const onProgress = (at: Parameters<typeof progressWords>[0]): void =>
        bar.show(at.done, at.total, progressWords(at));
      const measures = await measureStudy(manifest, out, parts, { signal, onProgress });
      await writeMeasures(out, measures);
      return measures;
    });
  } finally {
    bar.stop();
    await sessions.release();
  }
}
