/** The parts of the report's page that are pictures: all pairs, the best and the worst, where people and measures differ. */
import { groupBy } from "../../group-by.ts";
import { labelOf } from "./charts-of.ts";
import { escapeMarkup } from "./dot-chart.ts";
import type { ShownPicture, Stamps } from "./shown-pictures.ts";
import type { StudyReport } from "./study-report.ts";

/** Pairs that the page shows at most, evenly out of all. */
const MOST_SHOWN = 60;

interface Pair {
  readonly content: string;
  readonly style: string;
  readonly seed: number;
}

export const pairIn = (round: string): Pair => {
  const [content, style, seed] = JSON.parse(round) as [string, string, number];
  return { content, style, seed };
};

export const pairName = (round: string): string => {
  const { content, style } = pairIn(round);
  return `${content} × ${style}`;
};

/** Pairs of the gallery: all, or some of them at even distances. */
const shownRounds = ({ rounds }: Pick<StudyReport, "rounds">): readonly string[] =>
  rounds.length <= MOST_SHOWN
    ? rounds
    : Array.from({ length: MOST_SHOWN }, (_, i) => rounds[Math.floor((i * rounds.length) / MOST_SHOWN)]!);

const ownOf = ({ candidates }: StudyReport) => candidates.filter(({ isControl }) => !isControl);

/** Every picture that the page shows. */
export function picturesOn(report: StudyReport): ShownPicture[] {
  const rounds = new Set([
    ...shownRounds(report),
    ...report.disagreements.map(({ round }) => round),
    ...report.extremes.flatMap(({ best, worst }) => [...best, ...worst].map(({ round }) => round)),
  ]);
  const own = ownOf(report).map(({ id }) => id);
  return [...rounds].flatMap((round): ShownPicture[] => {
    const { content, style } = pairIn(round);
    const ranked = report.disagreements.find((each) => each.round === round)?.people ?? [];
    const candidates = new Set([...own, ...ranked.map(({ candidate }) => candidate)]);
    return [
      { role: "content", name: content },
      { role: "style", name: style },
      ...[...candidates].map((candidate) => ({ round, candidate })),
    ];
  });
}

/** All pairs by their styles, one candidate at a time; pressed, a pair is shown whole. */
export function gallery(report: StudyReport, stamps: Stamps): string {
  const own = ownOf(report);
  const views = [{ id: "content", label: "Before" }, ...own];
  const first = own.some(({ id }) => id === "image-prompt") ? "image-prompt" : own[0]!.id;
  const switches = views.map(
    ({ id }, i) => `<input class="switch" type="radio" name="view" id="view-${i}"${id === first ? " checked" : ""}>`,
  );
  const rules = views.flatMap((_, i) => [
    `#view-${i}:checked ~ .tabs label:nth-child(${i + 1}) { background: var(--ink); color: var(--paper); border-color: var(--ink); }`,
    `#view-${i}:focus-visible ~ .tabs label:nth-child(${i + 1}) { outline: 3px solid var(--accent); }`,
    `#view-${i}:checked ~ .strip .tile > :nth-child(${i + 1}) { display: block; }`,
  ]);
  const tabs = views.map(({ label }, i) => `<label for="view-${i}">${escapeMarkup(label)}</label>`);
  const strips = [...groupBy(shownRounds(report), (round) => pairIn(round).style)].map(([style, rounds]) => {
    const picture = stamps.img({ role: "style", name: style }, `The style ${style}`, says("Style"));
    const tiles = rounds.map((round) => tile(report, stamps, round, own));
    return `<div class="strip"><figure>${picture}<figcaption>${escapeMarkup(style)}</figcaption></figure><div class="tiles">${tiles.join("")}</div></div>`;
  });
  const some =
    report.rounds.length > MOST_SHOWN
      ? `<p class="note">${MOST_SHOWN} of ${report.rounds.length} pairs, at even distances.</p>`
      : "";
  return `${switches.join("")}<style>${rules.join("\n")}</style><div class="tabs">${tabs.join("")}</div>${some}${strips.join("")}<dialog><form method="dialog"><b></b><button>Close</button></form><div class="shots"></div></dialog>`;
}

function tile(report: StudyReport, stamps: Stamps, round: string, own: StudyReport["candidates"]): string {
  const { content, style, seed } = pairIn(round);
  const hasSeeds = report.rounds.some((other) => other !== round && pairName(other) === pairName(round));
  const name = hasSeeds ? `${content}, seed ${seed}` : content;
  const images = [
    stamps.img({ role: "content", name: content }, content, says("Content")),
    ...own.map(({ id, label }) =>
      stamps.img({ round, candidate: id }, `${content} in the style of ${style}`, says(label)),
    ),
  ];
  return `<button class="tile" type="button" data-says="${escapeMarkup(pairName(round))}">${images.join("")}<span>${escapeMarkup(name)}</span></button>`;
}

const says = (label: string): string => `data-says="${escapeMarkup(label)}"`;

export function extremes(report: StudyReport, stamps: Stamps): string {
  return report.extremes
    .map(({ candidate, by, best, worst }) => {
      const label = labelOf(report, candidate);
      const row = (ends: typeof best): string =>
        ends
          .map(({ round, points }) =>
            figure(
              stamps.img({ round, candidate }, `${pairName(round)}, ${label}`),
              pairName(round),
              by === "people"
                ? `preferred in ${percent(points)} of choices`
                : `ahead of ${percent(points)} by the measures`,
            ),
          )
          .join("");
      return `<h3>${escapeMarkup(label)}</h3><div class="ends"><div><p class="note">Best</p><div class="row">${row(best)}</div></div><div><p class="note">Worst</p><div class="row">${row(worst)}</div></div></div>`;
    })
    .join("");
}

export function disagreements(report: StudyReport, stamps: Stamps): string {
  return report.disagreements
    .map(({ round, people, measures, rankings }) => {
      const { content, style } = pairIn(round);
      const place = (candidate: string): number => measures.findIndex((each) => each.candidate === candidate) + 1;
      const shots = people.map(({ candidate }, i) =>
        figure(
          stamps.img({ round, candidate }, `${pairName(round)}, ${labelOf(report, candidate)}`),
          labelOf(report, candidate),
          `people: ${i + 1}, measures: ${place(candidate)}`,
        ),
      );
      const sources = [
        figure(stamps.img({ role: "content", name: content }, content), content, "content"),
        figure(stamps.img({ role: "style", name: style }, style), style, "style"),
      ];
      return `<h3>${escapeMarkup(pairName(round))} <span class="note">${rankings} ${rankings === 1 ? "ranking" : "rankings"}</span></h3><div class="row">${sources.join("")}${shots.join("")}</div>`;
    })
    .join("");
}

const figure = (image: string, caption: string, small: string): string =>
  `<figure>${image}<figcaption>${escapeMarkup(caption)}<br>${escapeMarkup(small)}</figcaption></figure>`;

const percent = (share: number): string => `${Math.round(100 * share)} %`;
