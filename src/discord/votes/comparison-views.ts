/** What the messages of a blind comparison look like. Until it is revealed nothing in them tells the variants apart. */
import { ButtonStyle, ContainerBuilder } from "discord.js";

import type { Job } from "../../jobs/job.ts";
import type { Comparison, Letter } from "../../votes/comparison.ts";
import { resultRow } from "../jobs/job-views.ts";
import { ACCENT, gallery, press, row, text } from "../messages/components.ts";
import { view, type View, type ViewFile } from "../messages/view.ts";
import { comparison as words, type Tally, voteButton } from "../wording/votes.ts";
import { result } from "../wording/jobs.ts";

const endButton = ({ id }: Comparison, label: string) => press("end-comparison", label, ButtonStyle.Secondary, id);

/** The answer to `/compare` while the pictures are painted. */
export function paintingView(comparison: Comparison, job: Job, done: number, endsAt: number | null): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.working)
    .addTextDisplayComponents(text(words.painting(job, done, comparison.jobs.length, endsAt)))
    .addActionRowComponents(row(endButton(comparison, voteButton.cancel)));
  return view([box]);
}

/** The answer to `/compare` once it is over with painting, however it went. */
export const outcomeView = (line: string, good: boolean): View =>
  view([
    new ContainerBuilder().setAccentColor(good ? ACCENT.done : ACCENT.stopped).addTextDisplayComponents(text(line)),
  ]);

/** The overview above A, B and C: tells the requester, takes the reveal. */
export function sheetView(comparison: Comparison, job: Job, sheet: ViewFile, closesAt: number): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.working)
    .addTextDisplayComponents(text(words.open(job, comparison.jobs.length, closesAt)))
    .addMediaGalleryComponents(gallery([sheet]))
    .addActionRowComponents(
      row(
        endButton(comparison, voteButton.end),
        press("ballot", voteButton.ballot, ButtonStyle.Secondary, comparison.jobs[0]!.jobId),
      ),
    );
  return { ...view([box], [sheet]), pings: comparison.userId };
}

export function blindView(letter: Letter, picture: ViewFile): View {
  const box = new ContainerBuilder()
    .addTextDisplayComponents(text(words.picture(letter)))
    .addMediaGalleryComponents(gallery([picture]));
  return view([box], [picture]);
}

export function revealedSheetView(
  job: Job,
  sheet: ViewFile,
  tallies: readonly Tally[],
  ballots: number,
  own: boolean,
): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.done)
    .addTextDisplayComponents(text(words.revealed(job, tallies, ballots, own)))
    .addMediaGalleryComponents(gallery([sheet]));
  return view([box], [sheet]);
}

/** A picture of the comparison once its maker is known: now it can be gone on with as any result. */
export function revealedView(job: Job, tally: Tally, picture: ViewFile): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.done)
    .addTextDisplayComponents(text(words.revealedPicture(tally)))
    .addMediaGalleryComponents(gallery([picture]))
    .addTextDisplayComponents(text(result.facts(job)))
    .addActionRowComponents(resultRow(job));
  return view([box], [picture]);
}
