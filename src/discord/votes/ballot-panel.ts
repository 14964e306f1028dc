/**
 * What *My ballot* shows to one person alone: the pictures of the pair and their medals on them, how voting works, and for
 * moderators the face category.
 */
import {
  ButtonStyle,
  type PermissionsBitField,
  PermissionFlagsBits,
  SectionBuilder,
  SnowflakeUtil,
  ThumbnailBuilder,
} from "discord.js";

import { UserError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import type { TimedRound } from "../../store/vote-repository.ts";
import type { Job } from "../../jobs/job.ts";
import { derive, type Place, standing } from "../../votes/ballot.ts";
import type { Candidate } from "../../votes/rounds.ts";
import { mayVote } from "../../votes/voters.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import { type Builder, view, type View, type ViewFile } from "../messages/view.ts";
import { press, row, text } from "../messages/components.ts";
import { result as resultWords } from "../wording/jobs.ts";
import { subjectLabel } from "../wording/labels.ts";
import { ballotPanel as words, voteButton } from "../wording/votes.ts";
import { isOpen, showsItsStyle } from "./votes.ts";

export interface Looker {
  readonly userId: string;
  readonly roles: readonly string[];
  readonly permissions: Readonly<PermissionsBitField>;
}

/** Pictures that are shown at most; of a pair there are seldom more, and a message has 40 components. */
const MOST_SHOWN = 8;

/** @throws UserError `nothing-to-vote-on` when the job's result takes no ballots */
export async function ballotPanel(store: Store, jobId: string, looker: Looker): Promise<View> {
  const judged = await store.votes.judgedJob(jobId);
  if (!judged) {
    const job = await store.jobs.get(jobId);
    throw new UserError("nothing-to-vote-on", job?.result && !showsItsStyle(job) ? words.ownWords : words.unfinished);
  }
  const { round } = judged;
  const candidates = (await store.votes.candidates(round.id)).filter(({ deleted }) => !deleted);
  const { places } = derive(standing(await store.votes.changes(round.id, looker.userId)));
  const placeOf = new Map([...places].map(([place, id]) => [id, place]));
  const ranked = candidates.toSorted((a, b) => (placeOf.get(a.jobId) ?? 9) - (placeOf.get(b.jobId) ?? 9));
  const shown = await Promise.all(
    ranked.slice(0, MOST_SHOWN).map((candidate) => entry(store, round, candidate, placeOf.get(candidate.jobId))),
  );
  const open = isOpen(round);
  const rules = await store.voteSettings.get(round.guildId);
  const voter = { accountAt: SnowflakeUtil.timestampFrom(looker.userId), roles: looker.roles };
  const said = [
    words.title(round.closedAt ?? round.closesAt, open),
    ...(placeOf.size > 0 ? [] : [words.empty]),
    ...(mayVote(voter, Date.now(), rules) ? [] : [words.notAdmitted(rules.minAccountDays, rules.requiredRoleId)]),
    ...(open ? [words.how(candidates.length)] : []),
  ];
  const builders: Builder[] = [text(said.join("\n")), ...shown.map(({ section }) => section)];
  if (looker.permissions.has(PermissionFlagsBits.ManageMessages)) {
    const verdict = await store.pictures.faceVerdict(round.contentSha256);
    const other = !verdict?.prominent;
    builders.push(
      text(verdict ? words.face(verdict.prominent, verdict.source) : words.noVerdict),
      row(
        press(
          "face",
          other ? voteButton.face : voteButton.noFace,
          ButtonStyle.Secondary,
          jobId,
          other ? "face" : "non-face",
        ),
      ),
    );
  }
  return view(
    builders,
    shown.flatMap(({ file }) => file ?? []),
  );
}

/** One picture of the pair: small, with its medal and what made it. Where the picture cannot be read, words alone. */
async function entry(
  store: Store,
  round: TimedRound,
  candidate: Candidate,
  place: Place | undefined,
): Promise<{ readonly section: Builder; readonly file: ViewFile | null }> {
  const job = await store.jobs.get(candidate.jobId);
  const label = words.picture(labelOf(round, candidate), linkOf(round, candidate));
  const lines = [words.line(place ?? null, label), ...(job && isNamed(round) ? [resultWords.facts(job)] : [])];
  const said = text(lines.join("\n"));
  const file = job?.result ? await smallPicture(store, job, labelOf(round, candidate)).catch(() => null) : null;
  if (!file) return { section: said, file };
  const accessory = new ThumbnailBuilder().setURL(`attachment://${file.name}`).setDescription(file.alt);
  return { section: new SectionBuilder().addTextDisplayComponents(said).setThumbnailAccessory(accessory), file };
}

const smallPicture = ({ files }: Store, job: Job, label: string): Promise<ViewFile> =>
  thumbnailFile(files, job.result!.picture, job.id.toLowerCase(), words.smallAlt(label));

/** Whether people may know how the pictures were made. */
const isNamed = (round: TimedRound): boolean => !round.blind || round.closedAt !== null;

/** Before the reveal a blind picture has nothing but its letter. */
const labelOf = (round: TimedRound, { letter, variant, stylePath }: Candidate): string => {
  const label = subjectLabel(stylePath ?? variant);
  if (letter === null) return label;
  return isNamed(round) ? `${letter}: ${label}` : letter;
};

const linkOf = (round: TimedRound, { messageId }: Candidate): string =>
  `https://discord.com/channels/${round.guildId}/${round.channelId}/${messageId}`;
