/** What `/scores` shows: the table as text and as a picture, beside the paper's, with everything to keep in mind. */
import { intervalChart } from "../../images/charts.ts";
import { VARIANTS } from "../../variant.ts";
import type { Ballots } from "../../store/ballots.ts";
import { PAPER_SCORES } from "../../votes/paper.ts";
import { pathScores } from "../../votes/paths.ts";
import { caveats, report, textTable } from "../../votes/report.ts";
import { FEWEST_VOTERS, type RowScores } from "../../votes/scores.ts";
import { type Builder, view, type View, type ViewFile } from "../messages/view.ts";
import { gallery, text } from "../messages/components.ts";
import { variantLabel } from "../wording/labels.ts";
import { number } from "../../words/say.ts";
import { rowLabel, type ScoreFilter, scores as words } from "../wording/votes.ts";

/** @param ballots as the filter leaves them */
export async function scoresView({ variants: ballots, paths }: Ballots, filter: ScoreFilter): Promise<View> {
  const figures = report(ballots);
  const about = words.about(filter);
  const rows = figures.table.filter(({ row }) => (filter.category === "overall" ? true : row === filter.category));
  const { length: complete, own } = { length: figures.complete, own: figures.table[0]!.own };
  const people = new Set(ballots.map(({ voter }) => voter)).size;
  const pairs = new Set(ballots.map(({ pair }) => pair)).size;
  const strength = figures.strengths[filter.category];
  const builders: Builder[] = [text(words.title(about))];
  const files: ViewFile[] = [];
  if (complete > 0) {
    const chart = await chartFile(
      rows.filter(({ scores }) => scores !== null),
      about,
      complete,
      figures.table[0]!.voters,
    );
    files.push(chart);
    builders.push(gallery([chart]));
  }
  const lines = [
    ballots.length === 0 ? words.none : words.counts(ballots.length, complete, people, pairs),
    `\`\`\`\n${textTable({ table: rows })}\n\`\`\``,
    complete === 0 ? words.paperAlone : words.meaning(figures.table[0]!.voters >= FEWEST_VOTERS),
    ...(strength
      ? [
          words.strengths(
            filter.category,
            VARIANTS.map((v) => [v, strength[v]]),
          ),
        ]
      : []),
    ...(ballots.length === 0 ? [] : caveats(figures).map((sentence) => words.caveat(sentence))),
    ...(own === 0 ? [] : [words.own(own)]),
    ...(paths.length === 0 ? [] : [words.paths(pathScores(paths))]),
  ];
  builders.push(text(lines.join("\n")));
  return view(builders, files);
}

async function chartFile(
  rows: readonly RowScores[],
  about: string,
  complete: number,
  people: number,
): Promise<ViewFile> {
  const png = await intervalChart({
    title: words.chartTitle,
    subtitle: words.chartSubtitle(about, complete, people),
    groups: rows.map(({ row, ballots }) => words.chartGroup(rowLabel(row), ballots)),
    series: VARIANTS.map((variant) => variantLabel(variant)),
    bars: rows.map(({ row, scores }) =>
      VARIANTS.map((variant) => {
        if (!scores) return null;
        const { mean, interval } = scores[variant];
        return { mean, interval, reference: PAPER_SCORES[row][variant] };
      }),
    ),
    referenceLabel: words.paper,
    figure: number,
    axis: { min: 1, max: 3 },
  });
  const alt = rows.flatMap(({ row, scores }) =>
    scores
      ? [
          words.chartAltRow(
            rowLabel(row),
            VARIANTS.map((variant) => {
              const { mean, interval } = scores[variant];
              return { variant, mean, interval, paper: PAPER_SCORES[row][variant] };
            }),
          ),
        ]
      : [],
  );
  return { name: "scores.png", data: png, alt: words.chartAlt(alt), key: `${about}/${complete}` };
}
