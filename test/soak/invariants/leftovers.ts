/** When the bot has gone, nothing is left of it but what it means to keep. Asked while it is down. */
import { readdirSync } from "node:fs";
import path from "node:path";

import { stylesOf } from "../../../src/jobs/request-styles.ts";
import { OWNER } from "../../../src/pictures/picture-name.ts";
import { startedWith } from "../processes.ts";
import { integrityFaults, requestOf, resultOf } from "../records.ts";
import type { Invariant } from "./evidence.ts";

export const noProcessIsLeft: Invariant = ({ dataDir }) =>
  startedWith("DATA_DIR", dataDir).map((process) => `a process is left: ${process}`);

export const databaseIsSound: Invariant = ({ dataDir }) =>
  integrityFaults(dataDir).map((fault) => `the database: ${fault}`);

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));

/** The loader's cache. */
const OTHERS = /^tsx-/;

export const everyFileIsMeant: Invariant = ({ dataDir, tempDir, records }) => {
  const known = new Set([
    ...records.pictures.map(({ sha256 }) => sha256),
    ...records.jobs.flatMap((job) => [
      requestOf(job).content.sha256,
      ...stylesOf(requestOf(job)).map(({ picture }) => picture.sha256),
      resultOf(job)?.picture.sha256,
    ]),
    ...records.styles.flatMap((style) => [style.picture_sha256, style.token_sha256]),
    ...records.learnings.map(({ picture_sha256: sha256 }) => sha256),
    ...records.comparisons.flatMap((one) => [one.content_sha256, one.style_sha256]),
    ...records.rounds.flatMap((round) => [round.content_sha256, round.style_sha256]),
  ]);
  const files = filesIn(dataDir);
  const isMeant = (file: string): boolean =>
    /^(atelier\.db|bot\.lock)(-wal|-shm|-journal)?$/.test(file) ||
    file === `pictures/${OWNER}` ||
    (/^pictures\/../.test(file) && !file.endsWith(".part") && known.has(path.basename(file).split(".")[0]!));
  const kept = new Set(files.map((file) => path.basename(file).split(".")[0]));
  const lost = records.jobs.filter((job) => {
    const result = resultOf(job);
    return result !== null && !kept.has(result.picture.sha256);
  });
  return [
    ...files.filter((file) => !isMeant(file)).map((file) => `a file that nothing refers to: ${file}`),
    ...lost.map(({ id }) => `the picture of job ${id} is not there`),
    ...filesIn(tempDir)
      .filter((file) => !OTHERS.test(file))
      .map((file) => `a temporary file is left: ${file}`),
  ];
};
