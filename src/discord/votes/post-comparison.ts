/** Posts a blind comparison, and reveals it by editing its messages. Both may be done again after a crash. */
import { CancelledError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { type Ballot, PLACES, POINTS, type Subject } from "../../votes/ballot.ts";
import type { Comparison } from "../../votes/comparison.ts";
import { isMessageGone } from "../discord-error.ts";
import { nonceFor } from "../messages/nonce.ts";
import type { Venue } from "../messages/venue.ts";
import type { View } from "../messages/view.ts";
import type { Tally } from "../wording/votes.ts";
import { letterFile, sheetFile, type Shown } from "./comparison-pictures.ts";
import { blindView, revealedSheetView, revealedView, sheetView } from "./comparison-views.ts";

interface Places {
  readonly store: Store;
  readonly venue: Venue;
}

/** Overview first, then A, B and C; what was posted already is not posted again. @returns the overview's message id */
export async function post(
  comparison: Comparison,
  shown: readonly Shown[],
  closesAt: number,
  { store, venue }: Places,
): Promise<string> {
  const { id, userId } = comparison;
  let { sheetMessageId } = comparison;
  const notBefore = Math.max(...shown.map(({ job }) => job.settledAt ?? 0));
  if (sheetMessageId === null) {
    const sheet = await sheetFile(store.files, shown, false);
    const overview = sheetView(comparison, shown[0]!.job, sheet, closesAt);
    sheetMessageId = await venue.post(overview, nonceFor(id, "sheet"), notBefore);
    const sheetId = sheetMessageId;
    await noted(comparison, sheetId, () => store.comparisons.noteSheet(id, sheetId), { store, venue });
  }
  for (const one of shown) {
    const { letter, job } = one;
    if (await store.votes.judgedJob(job.id)) continue;
    const picture = blindView(letter, await letterFile(store.files, one));
    const messageId = await venue.post(picture, nonceFor(id, `letter-${letter}`), notBefore);
    const { variant, engine, stylePath: path } = job.result!;
    const stylePath = comparison.judges === "paths" ? path : null;
    const candidate = {
      roundId: id,
      messageId,
      jobId: job.id,
      variant,
      stylePath,
      engine,
      letter,
      requesterId: userId,
    };
    await noted(comparison, messageId, () => store.votes.addCandidate(candidate, Date.now()), { store, venue });
  }
  return sheetMessageId;
}

/**
 * Notes a message. One of a comparison that was erased while it was on its way is taken back: nobody knew of it.
 *
 * @throws CancelledError then
 */
async function noted(
  { id }: Comparison,
  messageId: string,
  note: () => Promise<unknown>,
  { store, venue }: Places,
): Promise<void> {
  const [outcome] = await Promise.allSettled([note()]);
  if ((await store.comparisons.get(id)) === null) {
    await venue.remove(messageId);
    throw new CancelledError("The comparison was erased");
  }
  if (outcome.status === "rejected") throw outcome.reason;
}

/** Takes back what was posted of a comparison that was stopped in between, also what Discord took without saying so. */
export async function withdraw(comparison: Comparison, { store, venue }: Places): Promise<void> {
  const { id, sheetMessageId, jobs, createdAt } = comparison;
  // Nothing is posted before its round is open.
  if (!(await store.votes.round(id))) return;
  const posted = (await store.votes.candidates(id)).map(({ messageId }) => messageId);
  for (const messageId of sheetMessageId === null ? posted : [...posted, sheetMessageId]) await venue.remove(messageId);
  for (const part of ["sheet", ...jobs.map(({ letter }) => `letter-${letter}`)])
    await venue.removeUnnoted(nonceFor(id, part), createdAt);
}

/**
 * Tells which letter is what, and how the ballots went. A message that was deleted stays deleted.
 *
 * @param done messages that were edited already; those that are now are added
 */
export async function reveal(
  comparison: Comparison,
  shown: readonly Shown[],
  ballots: readonly Ballot<Subject>[],
  { store, venue, done }: Places & { readonly done: Set<string> },
): Promise<void> {
  const edit = async (messageId: string, view: View): Promise<void> => {
    if (done.has(messageId)) return;
    await venue.edit(messageId, view).catch((error: unknown) => {
      if (!isMessageGone(error)) throw error;
    });
    done.add(messageId);
  };
  const tallies = tallyOf(shown, ballots);
  const candidates = await store.votes.candidates(comparison.id);
  for (const one of shown) {
    const candidate = candidates.find(({ jobId }) => jobId === one.job.id);
    const tally = tallies.find(({ letter }) => letter === one.letter)!;
    if (candidate) await edit(candidate.messageId, revealedView(one.job, tally, await letterFile(store.files, one)));
  }
  if (comparison.sheetMessageId === null || shown.length === 0) return;
  const sheet = await sheetFile(store.files, shown, true);
  const own = ballots.some((ballot) => ballot.own);
  await edit(comparison.sheetMessageId, revealedSheetView(shown[0]!.job, sheet, tallies, ballots.length, own));
}

/** Medals and points of each picture, the best first. */
export function tallyOf(shown: readonly Shown[], ballots: readonly Ballot<Subject>[]): Tally[] {
  const tallies = shown.map(({ letter, subject }): Tally => {
    const medals = Object.fromEntries(
      PLACES.map((place) => [place, ballots.filter(({ places }) => places[place] === subject).length]),
    ) as Tally["medals"];
    return { letter, subject, medals, points: PLACES.reduce((sum, place) => sum + POINTS[place] * medals[place], 0) };
  });
  return tallies.toSorted((a, b) => b.points - a.points);
}
