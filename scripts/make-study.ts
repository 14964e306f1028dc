/** Makes the study of docs/study: every sample in every style that comes along, painted, measured, told. `npm run study` */
import { spawn } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";

import { contactSheet, type ContactSheetCell } from "../src/images/contact-sheet.ts";
import { readStoredPicture } from "../src/images/decode.ts";
import { type Manifest, readManifest } from "../src/study/manifest.ts";
import { inFigures } from "../src/study/report/latex.ts";
import type { StudyReport } from "../src/study/report/study-report.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
/** Goes on where it was stopped; one that is complete may be of an earlier engine, and is made anew but for `--keep`. */
const WORK = path.join(ROOT, "out/study");
const TARGET = path.join(ROOT, "docs/study");
/** Of the page's pictures, pixels: 160 of them are to weigh no more than 2 MB. */
const STAMP = 224;
/** GitHub shows a page some 900 pixels wide. */
const CELL = 166;
const LABEL = 14;
/** The variant that looks at both, the picture and its description. */
const SHOWN = "image-prompt";

const samples = path.join(ROOT, "samples");
const folders = ["--contents", path.join(samples, "content"), "--styles", path.join(samples, "style")];
if (!process.argv.includes("--keep") && (await readManifest(WORK))?.complete) await rm(WORK, { recursive: true });
await atelier("run", ...folders, "--out", WORK, "--controls", "--engine", "embedded");
await atelier("measure", WORK);
await atelier("report", WORK, "--pictures", String(STAMP));

const manifest = (await readManifest(WORK))!;
const report = JSON.parse(await readFile(path.join(WORK, "report/report.json"), "utf8")) as StudyReport;
await mkdir(TARGET, { recursive: true });
await copyFile(path.join(WORK, "report/index.html"), path.join(TARGET, "index.html"));
const sheet = await contactSheet(await rowsOf(manifest), { cell: CELL, labelSize: LABEL });
await writeFile(path.join(TARGET, "pictures.jpg"), await sharp(sheet).jpeg({ quality: 76, mozjpeg: true }).toBuffer());
await writeFile(path.join(TARGET, "README.md"), textOf(manifest, report));
console.log(path.relative(process.cwd(), TARGET));

function atelier(...words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [path.join(ROOT, "bin/atelier.mjs"), "study", ...words], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`study ${words[0]} ended with ${code}`))));
  });
}

/** A row for each style: itself, and what it made of each content. */
async function rowsOf({ styles, contents, pictures }: Manifest): Promise<ContactSheetCell[][]> {
  const rows: ContactSheetCell[][] = [];
  for (const { name: style } of styles) {
    const of = (content: string, candidate: string): string =>
      path.join(
        WORK,
        pictures.find((p) => p.content === content && p.style === style && p.candidate === candidate)!.file,
      );
    const row = [
      { image: await readStoredPicture(of(contents[0]!.name, "control-style")), label: style },
      ...(await Promise.all(
        contents.map(async ({ name }) => ({ image: await readStoredPicture(of(name, SHOWN)), label: name })),
      )),
    ];
    rows.push(row);
  }
  return rows;
}

function textOf(
  { pairs, contents, styles, settings }: Manifest,
  { candidates, measured, missing, reach }: StudyReport,
): string {
  const shown = candidates.filter(({ id }) => id !== "control-embedded");
  const cell = (value: number | null, isBest: boolean): string =>
    isBest ? `**${inFigures(value)}**` : inFigures(value);
  const rows = (measured?.rows ?? []).map(
    ({ label, better, values, best, prefersContent, side }) =>
      `| ${label}, ${better} is better${prefersContent && side !== "content" ? " ⚠" : ""} | ${shown.map(({ id }) => cell(values[id] ?? null, id === best)).join(" | ")} |`,
  );
  const heads = shown.map(({ label, isControl }) => (isControl ? `*${label}*` : label));
  const table =
    rows.length === 0
      ? ""
      : `
Every metric stands beside its controls: one of style that likes the untouched content better than anything repainted (⚠)
says nothing of style.

| metric | ${heads.join(" | ")} |
|---|${shown.map(() => "--:|").join("")}
${rows.join("\n")}
`;
  return `# A study of the samples

${contents.length} contents in ${styles.length} styles, ${pairs.length} pairs, each painted in three variants by the embedded engine, at
${settings.size} pixels and strength ${settings.strength}; nothing was picked by hand. \`npm run study\` makes it again, and
[index.html](index.html) is the whole report: one file that works offline (download it and open it in a browser).

![A row for each style: the style, and what the style image with its description makes of each content](pictures.jpg)

The picture shows one of the three variants, style image + description.
${table}
${[...missing, reach.said.at(-1)!].map((sentence) => `- ${sentence}`).join("\n")}
`;
}
