/** The report as one page that needs nothing beside it: no network, no other file. */
import type { Manifest } from "../manifest.ts";
import { chartsOf } from "./charts-of.ts";
import { type DotChart, dotChart, escapeMarkup as e, PAGE_INKS } from "./dot-chart.ts";
import { agreementWords, correlationsTable, costTable, measuresTable, tableOne } from "./page-figures.ts";
import { disagreements, extremes, gallery } from "./page-pictures.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./page-style.ts";
import type { Stamps } from "./shown-pictures.ts";
import type { StudyReport } from "./study-report.ts";

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

export function pageOf(report: StudyReport, manifest: Manifest, stamps: Stamps): string {
  const sections = [
    picturesSection(report, stamps),
    ...peopleSection(report),
    ...measuresSection(report),
    ...togetherSection(report, stamps),
    ...extremesSection(report, stamps),
    { id: "cost", title: "What a picture took", body: costBody(report, manifest) },
    { id: "limits", title: "What this study cannot tell", body: list(report.reach.said) },
    { id: "made", title: "How it was made", body: madeBody(manifest) },
  ];
  const title = titleOf(manifest);
  const links = sections.map(({ id, title: name }) => `<a href="#${id}">${e(name)}</a>`).join("");
  const bodies = sections.map(
    ({ id, title: name, body }) => `<section id="${id}"><h2>${e(name)}</h2>${body}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Atelier ${e(manifest.atelier)}">
<title>${e(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header><p class="kicker">Atelier · study</p><h1>${e(title)}</h1><p class="lead">${e(leadOf(manifest))}</p>${facts(report, manifest)}${missing(report)}<nav aria-label="Sections">${links}</nav></header>
<main>${bodies.join("\n")}</main>
<footer><p>Made by <code>atelier study report</code>. The figures are beside this page as JSON, CSV and LaTeX. Study ${report.of.study.slice(0, 12)}, ballots ${report.of.ballots?.slice(0, 12) ?? "none"}, measures ${report.of.measures?.slice(0, 12) ?? "none"}: where these differ from a later report's, this one is out of date.</p></footer>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

const titleOf = ({ contents, styles }: Manifest): string =>
  `${counted(contents.length, "picture")} in ${counted(styles.length, "style")}`;

function leadOf({ candidates, engine, settings, seeds, machine }: Manifest): string {
  const count = candidates.filter(({ kind }) => kind !== "control").length;
  const which = engine.stylizer === "embedded" ? "the embedded engine, which needs no weights" : "Stable Diffusion";
  return `Every pair painted in ${counted(count, "way")} by ${which}, on ${deviceWords(machine.device)}, at ${settings.size} pixels, strength ${settings.strength}, ${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(", ")}`}. Nothing here was picked by hand.`;
}

function facts({ people, candidates }: StudyReport, { pairs, contents, styles, pictures }: Manifest): string {
  const own = candidates.filter(({ isControl }) => !isControl).map(({ id }) => id);
  const painted = pictures.filter(({ candidate }) => own.includes(candidate)).length;
  const figures: readonly (readonly [string, string])[] = [
    [String(contents.length), "contents"],
    [String(styles.length), "styles"],
    [String(pairs.length), "pairs"],
    [String(painted), "pictures painted"],
    [String(people?.people ?? 0), "people"],
    [String(people?.rankings ?? 0), "rankings"],
  ];
  return `<ul class="facts">${figures.map(([figure, what]) => `<li><b>${figure}</b>${what}</li>`).join("")}</ul>`;
}

const missing = ({ missing: said }: StudyReport): string =>
  said.length === 0 ? "" : `<div class="notice" role="note">${list(said)}</div>`;

const list = (sentences: readonly string[]): string =>
  `<ul>${sentences.map((sentence) => `<li>${e(sentence)}</li>`).join("")}</ul>`;

const picturesSection = (report: StudyReport, stamps: Stamps): Section => ({
  id: "pictures",
  title: "The pictures",
  body: `<p>A row for each style. Choose what is shown; press a picture to see its pair whole.</p>${gallery(report, stamps)}`,
});

function peopleSection(report: StudyReport): Section[] {
  const { people } = report;
  if (!people) return [];
  const charts = chartsOf(report);
  const table = people.table
    ? `<p>3 points for the first place, 2 for the second, 1 for the third: the mean, and 95 % intervals from resampling whole people. Diamonds are the paper's own figures.</p><div class="two"><div>${drawn(charts["table-1"])}</div><div>${tableOne(people)}</div></div>${list(people.caveats)}`
    : "";
  const strengths = charts.strengths
    ? `<h3>Strengths</h3><p>Log strengths of the Plackett-Luce model from all rankings, centred on 0: a candidate that is 1 ahead of another is preferred to it 73 times in 100.</p>${drawn(charts.strengths)}`
    : "";
  const agreement = `<h3>How far people agree</h3>${agreementWords(people)}`;
  return [{ id: "people", title: "What people prefer", body: `${table}${strengths}${agreement}` }];
}

function measuresSection(report: StudyReport): Section[] {
  const { measured } = report;
  if (!measured) return [];
  const leftOut = measured.leftOut.map(({ label, why }) => `${label}: ${why}`);
  const body = [
    "<p>Means over all pictures. Controls stand beside the candidates: a metric of style that likes the untouched content best says so in its row. The greener a cell, the better within its row; bold is the best candidate that is no control.</p>",
    measuresTable(report),
    ...(leftOut.length > 0
      ? [`<details><summary>${counted(leftOut.length, "metric")} left out</summary>${list(leftOut)}</details>`]
      : []),
    ...(measured.broken.length > 0
      ? [
          `<details><summary>${counted(measured.broken.length, "picture")} could not be measured</summary>${list(measured.broken.map(({ file, why }) => `${file}: ${why}`))}</details>`,
        ]
      : []),
  ];
  return [{ id: "measures", title: "What the measures say", body: body.join("") }];
}

function togetherSection(report: StudyReport, stamps: Stamps): Section[] {
  if (report.correlations.length === 0) return [];
  const pairs =
    report.disagreements.length === 0
      ? ""
      : `<h3>Where they differ most</h3><p>Pairs in which most people and most metrics choose otherwise, as people ranked them.</p>${disagreements(report, stamps)}`;
  const body = `<p>Of the choices between two pictures of one pair that people made, the share that a metric makes as well; half is chance. Intervals are from resampling whole pairs.</p><div class="two"><div>${drawn(chartsOf(report).agreement)}</div><div>${correlationsTable(report)}</div></div>${pairs}`;
  return [{ id: "together", title: "People and measures", body }];
}

function extremesSection(report: StudyReport, stamps: Stamps): Section[] {
  if (report.extremes.length === 0) return [];
  const by = new Set(report.extremes.map((each) => each.by));
  const how = by.has("people")
    ? "As people ranked them among the candidates."
    : "By the measures alone, content and style counted alike, as nobody has ranked them: what to look at first, not what is good.";
  return [{ id: "extremes", title: "The best and the worst", body: `<p>${how}</p>${extremes(report, stamps)}` }];
}

const drawn = (chart: DotChart | undefined): string => (chart ? dotChart(chart, PAGE_INKS) : "");

const costBody = (report: StudyReport, { machine, engine }: Manifest): string =>
  `<p>Seconds of painting alone, the middle picture's and the slowest, on ${e(deviceWords(machine.device))} (${e(machine.platform)}, precision ${e(engine.precision)}). Figures of a machine that had other work say more of that work than of the engine.</p>${costTable(report)}`;

function madeBody({
  atelier,
  engine,
  machine,
  settings,
  contents,
  styles,
  leftOut,
  failed,
  weights,
}: Manifest): string {
  const licences = new Set([...contents, ...styles].map(({ licence }) => licence).filter((each) => each !== null));
  const rows: readonly (readonly [string, string])[] = [
    ["Atelier", atelier],
    ["Engine", `${engine.stylizer}, ${engine.parts}, step cache ${engine.stepCache}`],
    ["Descriptions by", engine.describer],
    ["Machine", `${machine.platform}, Node ${machine.node}, ${machine.device}`],
    ["Steps, guidance", `${settings.steps ?? "the engine's own"}, ${settings.guidance ?? "the engine's own"}`],
    ["Weights", weights.map(({ name, licence }) => `${name} (${licence})`).join(", ") || "none"],
    ["Licences of the pictures", [...licences].join(", ") || "not said"],
  ];
  const lost = [
    ...leftOut.map(({ file, why }) => `${file} was left out: ${why}`),
    ...failed.map(({ content, style, candidate, why }) => `${content} × ${style}, ${candidate}: ${why}`),
  ];
  const words = styles.flatMap(({ name, description }) => (description ? [`${name}: ${description.text}`] : []));
  return [
    `<dl>${rows.map(([name, value]) => `<dt>${e(name)}</dt><dd>${e(value)}</dd>`).join("")}</dl>`,
    ...(words.length > 0 ? [`<details><summary>How the styles were described</summary>${list(words)}</details>`] : []),
    ...(lost.length > 0
      ? [`<details><summary>${counted(lost.length, "picture")} missing</summary>${list(lost)}</details>`]
      : []),
  ].join("");
}

const deviceWords = (device: string): string => (device === "cpu" ? "the processor" : device);

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
