/** What the messages of a job look like: pure functions from the job to components. */
import { type ActionRowBuilder, type ButtonBuilder, ButtonStyle, ContainerBuilder } from "discord.js";

import { isDraft, isSettled, type Job } from "../../jobs/job.ts";
import type { QueuePlace } from "../../jobs/queue.ts";
import type { Hindrance } from "../../room.ts";
import { ACCENT, gallery, press, row, text } from "../messages/components.ts";
import { view, type View, type ViewFile } from "../messages/view.ts";
import { description } from "../wording/descriptions.ts";
import { held as heldWords } from "../wording/held.ts";
import { button, card, progress, result, stageName } from "../wording/jobs.ts";
import { voteButton } from "../wording/votes.ts";

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
  /** Content and style, and the result in the end. For a rerun, which shows its progress itself: the newest preview. */
  readonly pictures: readonly ViewFile[];
  /** The job's thread, once there is one. */
  readonly threadId: string | null;
  /** Where the result is. */
  readonly link: string | null;
  /** A remark about this place, such as a missing permission. */
  readonly remark: string | null;
}

/** The job card: both pictures, how far it is, Cancel while that makes sense. */
export function cardView(status: JobStatus, options: CardOptions): View {
  const { job } = status;
  const settled = isSettled(job.state);
  const isRerun = job.request.parentId !== null;
  const box = new ContainerBuilder()
    .setAccentColor(job.state === "done" ? ACCENT.done : settled ? ACCENT.stopped : ACCENT.working)
    .addTextDisplayComponents(text(isRerun ? card.rerunTitle(job) : card.title(job.request)));
  if (options.pictures.length > 0) box.addMediaGalleryComponents(gallery(options.pictures));
  const notes = isRerun ? null : card.notes(job.request);
  const lines = [
    isRerun && !settled ? progressLines(status) : cardStatus(status, options.link),
    ...(notes === null ? [] : [notes]),
    ...(options.remark === null ? [] : [`-# ${options.remark}`]),
    ...(options.threadId === null || settled ? [] : [card.watch(options.threadId)]),
  ];
  box.addTextDisplayComponents(text(lines.join("\n")));
  if (!settled) box.addActionRowComponents(row(press("cancel", button.cancel, ButtonStyle.Secondary, job.id)));
  return view([box], options.pictures);
}

function cardStatus({ job, place, stage, step, held }: JobStatus, link: string | null): string {
  const endsAt = step?.endsAt ?? place?.endsAt ?? null;
  if (job.state === "done") return card.done(job.result?.seconds.total ?? 0, link);
  if (job.state === "failed") return card.failed(job.failure ?? "");
  if (job.state === "cancelled") return card.cancelled;
  if (held !== null) return heldWords[held];
  if (stage === null) return card.waiting(place);
  return stage === "caption" ? card.describing(endsAt) : card.painting(endsAt);
}

/** A description as far as it is written. */
export interface Written {
  readonly text: string;
  readonly done: boolean;
  /** What people should know about how it came about. */
  readonly note: string | null;
}

/** The style in words, growing while it is written. `null`: not begun. `extra`: words that the person added. */
export function descriptionView(written: Written | null, by: string | null, extra: string | null): View {
  if (written === null) return view([text(description.waiting)]);
  if (!written.done) return view([text(description.growing(written.text))]);
  return view([text(description.whole(written.text, { by: by ?? "me", note: written.note }, extra))]);
}

/** The description of a job that ended before there was one. */
export const noDescriptionView = (): View => view([text(description.none)]);

/** The one progress message, while the job waits or runs, and the line that is left of it in the end. */
export function progressView(status: JobStatus, preview: ViewFile | null): View {
  const { job } = status;
  if (job.state === "done") return view([text(progress.done(job.result?.seconds.stylize ?? 0))]);
  if (job.state === "failed") return view([text(progress.failed)]);
  if (job.state === "cancelled") return view([text(progress.cancelled)]);
  const files = preview === null ? [] : [preview];
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.working)
    .addTextDisplayComponents(text(progressLines(status)));
  if (preview !== null) box.addMediaGalleryComponents(gallery(files));
  return view([box], files);
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

/** The result: the picture, what made it, and what can be done with it. Notifies the requester, nobody else. */
export function resultView(job: Job, picture: ViewFile): View {
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.done)
    .addTextDisplayComponents(text(result.ready(job)))
    .addMediaGalleryComponents(gallery([picture]))
    .addTextDisplayComponents(text(result.settings(job)))
    .addActionRowComponents(...resultRows(job));
  return { ...view([box], [picture]), pings: job.request.userId };
}

/** What can be done with a result. */
export const resultRows = (job: Job): ActionRowBuilder<ButtonBuilder>[] => [
  ...(isDraft(job) ? [row(press("rerun", button.finish, ButtonStyle.Success, job.id, "finish"))] : []),
  row(
    press("rerun", button["image-prompt"], ButtonStyle.Primary, job.id, "image-prompt"),
    press("rerun", button.prompt, ButtonStyle.Primary, job.id, "prompt"),
    press("rerun", button.inst, ButtonStyle.Primary, job.id, "inst"),
    press("rerun", button["new-seed"], ButtonStyle.Secondary, job.id, "new-seed"),
    press("compare", voteButton.compare, ButtonStyle.Secondary, job.id),
  ),
  row(
    press("edit-prompt", button.editPrompt, ButtonStyle.Secondary, job.id),
    ...(isDraft(job) ? [] : [press("ballot", voteButton.ballot, ButtonStyle.Secondary, job.id)]),
    ...(job.result?.engine === "diffusion" ? [press("learn-style", button.learn, ButtonStyle.Secondary, job.id)] : []),
    press("delete", button.delete, ButtonStyle.Danger, job.id),
  ),
];

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
