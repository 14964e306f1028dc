/** What people see of a study: the invitation, what they agree to, the pictures they rank, thanks, the result. */
import { ButtonStyle, ContainerBuilder, FileBuilder } from "discord.js";

import type { PictureStore } from "../../jobs/repositories.ts";
import type { KnownShowing } from "../../store/survey-repository.ts";
import type { Standing } from "../../study/survey/standing.ts";
import { widestInterval } from "../../study/survey/standing.ts";
import { type Ranked, type Survey, type SurveyPair, UNTOUCHED } from "../../study/survey/survey.ts";
import { type Letter, LETTERS } from "../../votes/comparison.ts";
import { caveats, report, textTable } from "../../votes/report.ts";
import { ACCENT, gallery, press, row, text } from "../messages/components.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import { view, type View, type ViewFile } from "../messages/view.ts";
import { studyWords as words } from "../wording/study.ts";

/** Long side of a picture, pixels: three in a row are about as wide as a message. */
const SIDE = 480;

/** @param where on what everybody sees, or in one person's panel */
const withdrawing = (where: "study" | "study-panel", { id }: Survey) =>
  press(where, words.withdraw, ButtonStyle.Secondary, "withdraw", id);

export function invitationView(survey: Survey, pairs: number, people: number, answers: number): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.working)
    .addTextDisplayComponents(text(words.invitation(survey, pairs, people, answers)))
    .addActionRowComponents(row(press("study", words.takePart, ButtonStyle.Primary, "join", survey.id)));
  return view([box]);
}

/** @param at pictures that are there, of all, and seconds until all are; `null` where nobody can tell */
export function paintingView(survey: Survey, at: Parameters<typeof words.painting>[1]): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.working)
    .addTextDisplayComponents(text(words.painting(survey, at)))
    .addActionRowComponents(row(press("study", words.stopPainting, ButtonStyle.Secondary, "stop", survey.id)));
  return view([box]);
}

export function resultView(survey: Survey, standing: Standing): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.done)
    .addTextDisplayComponents(text([words.over(survey, standing.people), ...figures(standing)].join("\n")))
    .addActionRowComponents(row(withdrawing("study", survey)));
  return view([box]);
}

export const consentView = ({ id, each }: Survey): View =>
  view([text(words.consent(each)), row(press("study-panel", words.agree, ButtonStyle.Primary, "agree", id))]);

export const thanksView = (survey: Survey, answers: number): View =>
  view([text(words.thanks(answers)), row(withdrawing("study-panel", survey))]);

export const statusView = (survey: Survey, standing: Standing, answers: number): View =>
  view([
    text(
      [words.status(survey, standing.people, answers, [...standing.flagged.values()]), ...figures(standing)].join("\n"),
    ),
  ]);

export const reportView = (survey: Survey, standing: Standing, at: number, files: readonly ViewFile[]): View =>
  view(
    [
      text([words.report(survey, at), ...flaggedLines(standing), ...figures(standing), words.reportFiles].join("\n")),
      ...files.map(({ name }) => new FileBuilder().setURL(`attachment://${name}`)),
    ],
    files,
  );

export const outOfDateView = (survey: Survey): View => view([text(words.outOfDate(survey))]);

/** The paper's table with the paper's own figures, and what to keep in mind. */
function figures(standing: Standing): readonly string[] {
  const { ballots, people } = standing;
  if (ballots.length === 0) return people === 0 ? [] : [words.noFigures];
  const found = report(ballots);
  const width = widestInterval(standing);
  return [
    `\`\`\`\n${textTable(found)}\n\`\`\``,
    ...caveats(found).map((sentence) => `-# ${sentence}`),
    ...(width === null ? [] : [words.width(width)]),
  ];
}

const flaggedLines = ({ flagged }: Standing): readonly string[] =>
  flagged.size === 0 ? [] : [words.flagged([...flagged.values()])];

/**
 * A pair, and the pictures to be ranked.
 *
 * @param best what was pressed first; `null`: nothing yet
 * @param of how many showings the person has
 */
export async function showingView(
  survey: Survey,
  pair: SurveyPair,
  showing: KnownShowing,
  of: number,
  best: Letter | null,
  files: PictureStore,
): Promise<View> {
  const { content, style } = pair;
  const letters = LETTERS.slice(0, showing.order.length);
  const [first, second, ...shown] = await Promise.all([
    thumbnailFile(files, content, "content", words.contentAlt(content.name), SIDE),
    thumbnailFile(files, style, "style", words.styleAlt(style.name), SIDE),
    ...letters.map((letter, i) =>
      thumbnailFile(
        files,
        { sha256: pictureOf(pair, showing.order[i]!) },
        letter.toLowerCase(),
        words.pictureAlt(letter, content.name, style.name),
        SIDE,
      ),
    ),
  ]);
  const pick = (letter: Letter) =>
    press(
      "study-panel",
      letter,
      ButtonStyle.Primary,
      "rank",
      survey.id,
      String(showing.position),
      `${best ?? ""}${letter}`,
    ).setDisabled(letter === best);
  const others = [
    ...(best === null ? [] : [press("study-panel", words.back, ButtonStyle.Secondary, "join", survey.id)]),
    withdrawing("study-panel", survey),
  ];
  return view(
    [
      text(words.question(showing.position, of)),
      gallery([first!, second!]),
      gallery(shown),
      ...(best === null ? [] : [text(words.second(best))]),
      row(...letters.map(pick), ...others),
    ],
    [first!, second!, ...shown],
  );
}

const pictureOf = ({ content, pictures }: SurveyPair, ranked: Ranked): string =>
  ranked === UNTOUCHED ? content.sha256 : pictures[ranked];
