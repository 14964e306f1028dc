/** What *More…* on a result shows to one person alone: everything else that can be done with it. */
import { type ButtonBuilder, ButtonStyle } from "discord.js";

import { hdSize } from "../../hd.ts";
import { isDraft, type Job } from "../../jobs/job.ts";
import type { Variant } from "../../variant.ts";
import { press, row, text } from "../messages/components.ts";
import { view, type View } from "../messages/view.ts";
import { button, more } from "../wording/jobs.ts";
import { styleButton } from "../wording/styles.ts";
import { voteButton } from "../wording/votes.ts";

const WAYS = ["image-prompt", "prompt", "inst"] as const satisfies readonly Variant[];

/** What can be done where a result stands. */
interface Place {
  /** There is a server, with a library and votes. */
  readonly inServer: boolean;
  /** The message that *Delete* takes away; `null` where only a button on itself does. */
  readonly resultMessageId: string | null;
  /** Long side of what is painted in HD, pixels. */
  readonly largest: number;
}

export function morePanel(job: Job, { inServer, resultMessageId, largest }: Place): View {
  const { id, result } = job;
  const { Secondary, Danger } = ButtonStyle;
  // Of a blend nobody could tell which of its styles is meant.
  const hasOneStyle = inServer && !job.request.blend;
  const last = [
    ...(isDraft(job) || !inServer ? [] : [press("ballot", voteButton.ballot, Secondary, id)]),
    ...(resultMessageId === null ? [] : [press("delete", button.delete, Danger, id, resultMessageId)]),
  ];
  return view([
    text(more.title(job)),
    row(...WAYS.map((variant) => variantButton(job, variant))),
    text(more.rest),
    row(
      ...hdButton(job, largest),
      ...(inServer ? [press("compare", voteButton.compare, Secondary, id)] : []),
      press("edit-prompt", button.editPrompt, Secondary, id),
      ...(hasOneStyle ? [press("save-style", styleButton.save, Secondary, id)] : []),
      ...(hasOneStyle && result?.engine === "diffusion" ? [press("learn-style", button.learn, Secondary, id)] : []),
    ),
    ...(last.length === 0 ? [] : [row(...last)]),
  ]);
}

/** With the size that the picture would have; none where it is as large already, or is to be finished first. */
function hdButton(job: Job, largest: number): ButtonBuilder[] {
  const size = job.result && !isDraft(job) ? hdSize(job.result.picture, largest) : null;
  return size ? [press("rerun", button.hd(size.width, size.height), ButtonStyle.Secondary, job.id, "hd")] : [];
}

/** The way that this picture was painted in is marked. Pressed, it paints it again from another seed. */
function variantButton({ id, result }: Job, variant: Variant): ButtonBuilder {
  const isOwn = result?.variant === variant;
  const label = isOwn ? more.current(button[variant]) : button[variant];
  return press("rerun", label, isOwn ? ButtonStyle.Success : ButtonStyle.Secondary, id, variant);
}
