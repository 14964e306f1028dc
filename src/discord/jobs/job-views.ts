/** What the messages of a job look like: pure functions from the job to components. */
import { type ActionRowBuilder, type ButtonBuilder, ButtonStyle, ContainerBuilder } from "discord.js";

import { isDraft, isSettled, type Job } from "../../jobs/job.ts";
import type { QueuePlace } from "../../jobs/queue.ts";
import type { Hindrance } from "../../room.ts";
import { ACCENT, beside, gallery, press, row, text } from "../messages/components.ts";
import { view, type View, type ViewFile } from "../messages/view.ts";
import type { SourcePictures } from "./job-pictures.ts";
import { blendWords } from "../wording/blends.ts";
import { descriptions, type Written } from "../wording/descriptions.ts";
import { held as heldWords } from "../wording/held.ts";
import { button, card, progress, result, stageName } from "../wording/jobs.ts";

/** How a job stands, as far as its messages show it. */
export interface JobStatus {
  readonly job: Job;
  readonly place: QueuePlace | null;
  readonly stage: "caption" | "stylize" | null;
  readonly attempt: number;
  readonly step: { readonly step: number; readonly steps: number; readonly endsAt: number | null } | null;
  /** What keeps it from going on. */
  readonly held: Hindrance | null;
}

export interface CardOptions {
  /** What it is made of; `null` where the conversation shows that already. */
  readonly sources: SourcePictures | null;
  /** As it takes shape, and as it is in the end. */
  readonly picture: ViewFile | null;
  /** Each style in words, as far as they are written, while they are worth looking at. */
  readonly words: readonly Written[];
  /** Where the result is. */
  readonly link: string | null;
  /** A remark about this place, such as a missing permission. */
  readonly remark: string | null;
}

/** The job card: the picture large, what it is made of small, how far it is, Cancel while that makes sense. */
export function cardView(status: JobStatus, { sources, picture, words, link, remark }: CardOptions): View {
  const { job } = status;
  const settled = isSettled(job.state);
  const isRerun = job.request.parentId !== null && sources === null;
  const notes = isRerun ? null : card.notes(job.request);
  const title = isRerun ? card.rerunTitle(job) : card.title(job.request);
  const lines = [
    settled ? outcome(job, link) : progressLines(status),
    ...(notes === null ? [] : [notes]),
    ...(remark === null ? [] : [`-# ${remark}`]),
  ].join("\n");
  const box = new ContainerBuilder().setAccentColor(
    job.state === "done" ? ACCENT.done : settled ? ACCENT.stopped : ACCENT.working,
  );
  const [style, ...others] = sources?.styles ?? [];
  if (!sources || !style) box.addTextDisplayComponents(text(title), text(lines));
  else if (others.length === 0) box.addSectionComponents(beside(title, sources.content), beside(lines, style));
  else {
    const named = blendWords.styleLines(job.request);
    box
      .addSectionComponents(beside(title, sources.content), ...sources.styles.map((file, n) => beside(named[n]!, file)))
      .addTextDisplayComponents(text(lines));
  }
  if (picture) box.addMediaGalleryComponents(gallery([picture]));
  if (words.length > 0 && !settled) box.addTextDisplayComponents(text(descriptions.growing(job.request, words)));
  if (!settled) box.addActionRowComponents(row(press("cancel", button.cancel, ButtonStyle.Secondary, job.id)));
  return view([box], [...(sources ? [sources.content, ...sources.styles] : []), ...(picture ? [picture] : [])]);
}

function outcome(job: Job, link: string | null): string {
  if (job.state === "done") return card.done(job, link);
  return job.state === "failed" ? card.failed(job.failure ?? "") : card.cancelled;
}

function progressLines(status: JobStatus): string {
  return status.attempt > 1 ? `${progressLine(status)}\n${progress.again(status.job)}` : progressLine(status);
}

function progressLine({ place, stage, step, held }: JobStatus): string {
  if (held !== null) return heldWords[held];
  if (stage === null) return progress.waiting(place);
  if (step !== null) return progress.step(stageName[stage], step.step, step.steps, step.endsAt);
  return stage === "caption" ? progress.describing : progress.preparing;
}

/**
 * The result: the picture, the style in words unless they are `null`, what made it, and what can be done with it. Notifies
 * the requester, nobody else.
 */
export function resultView(job: Job, picture: ViewFile, words: string | null): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.done)
    .addTextDisplayComponents(text(result.ready(job)))
    .addMediaGalleryComponents(gallery([picture]))
    .addTextDisplayComponents(...(words === null ? [] : [text(words)]), text(result.settings(job)))
    .addActionRowComponents(resultRow(job));
  return { ...view([box], [picture]), pings: job.request.userId };
}

/** What most people do with a result. The rest stands in `more-panel.ts`. */
export const resultRow = (job: Job): ActionRowBuilder<ButtonBuilder> =>
  row(
    press("rerun", button["new-seed"], ButtonStyle.Primary, job.id, "new-seed"),
    // A row holds five: a draft is finished before it is painted another way, which *More…* has as well.
    ...(isDraft(job)
      ? [press("rerun", button.finish, ButtonStyle.Success, job.id, "finish")]
      : [press("rerun", button["image-prompt"], ButtonStyle.Secondary, job.id, "image-prompt")]),
    // Where the bot is no member it reaches this message through a press on it alone.
    ...(job.request.replyTo?.isOutside ? [] : [press("rerun", button.prompt, ButtonStyle.Secondary, job.id, "prompt")]),
    press("tweak", button.tweak, ButtonStyle.Secondary, job.id),
    press("more", button.more, ButtonStyle.Secondary, job.id),
    ...(job.request.replyTo?.isOutside ? [press("delete", button.delete, ButtonStyle.Danger, job.id)] : []),
  );

/** Bad news, to the requester alone, with a way to go on. */
export function failureView(job: Job, words: string): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.stopped)
    .addTextDisplayComponents(text(words))
    .addActionRowComponents(
      row(
        press("rerun", button.again, ButtonStyle.Secondary, job.id, "again"),
        press("delete", button.delete, ButtonStyle.Danger, job.id),
      ),
    );
  return { ...view([box]), pings: job.request.userId };
}
