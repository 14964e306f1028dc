/** `/history`: a member's last pictures, the newest first, each beside its words and above *Again*. */
import { type ButtonBuilder, ButtonStyle, ContainerBuilder } from "discord.js";

import type { Job } from "../../jobs/job.ts";
import type { Asker } from "../../jobs/queue.ts";
import type { Store } from "../../store/store.ts";
import { ACCENT, beside, noticeView, press, row, text } from "../messages/components.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import { view, type View, type ViewFile } from "../messages/view.ts";
import { historyWords as words } from "../wording/gallery.ts";
import { card } from "../wording/jobs.ts";

/** A message holds 40 components; each picture takes five. */
const PER_PAGE = 5;

/** @param before the id of a job: only older ones */
export async function historyPage(
  { store }: { readonly store: Pick<Store, "files" | "jobs"> },
  { userId, guildId }: Asker,
  before?: string,
): Promise<View> {
  const page = { limit: PER_PAGE + 1, ...(before !== undefined && { before }) };
  const found = await store.jobs.painted(userId, guildId, page);
  if (found.length === 0) return noticeView(before === undefined ? words.none(guildId !== null) : words.noMore);
  const jobs = found.slice(0, PER_PAGE);
  const files = await Promise.all(jobs.map(async (job, i) => resultFile(store, job, i)));
  const box = new ContainerBuilder()
    .setAccentColor(ACCENT.done)
    .addTextDisplayComponents(text(words.title(guildId !== null)));
  for (const [i, job] of jobs.entries()) {
    const file = files[i];
    if (file) box.addSectionComponents(beside(words.line(job), file));
    else box.addTextDisplayComponents(text(`${words.line(job)}\n${words.gone}`));
    box.addActionRowComponents(row(press("rerun", words.again, ButtonStyle.Primary, job.id, "new-seed")));
  }
  const turns: ButtonBuilder[] = [
    ...(before === undefined ? [] : [press("history", words.newest, ButtonStyle.Secondary)]),
    ...(found.length > PER_PAGE ? [press("history", words.older, ButtonStyle.Secondary, jobs.at(-1)!.id)] : []),
  ];
  if (turns.length > 0) box.addActionRowComponents(row(...turns));
  return view(
    [box],
    files.filter((file) => file !== null),
  );
}

/** `null` where the file was lost. */
async function resultFile({ files }: Pick<Store, "files">, job: Job, i: number): Promise<ViewFile | null> {
  const picture = job.result?.picture;
  if (!picture || !(await files.has(picture.sha256))) return null;
  const file = await thumbnailFile(files, picture, `picture-${i}`, card.resultAlt(job.request));
  return { ...file, isResult: true };
}
