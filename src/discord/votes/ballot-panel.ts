/** What *My ballot* shows to one person alone: their medals, how voting works, and for moderators the face category. */
import { ButtonStyle, type PermissionsBitField, PermissionFlagsBits, SnowflakeUtil } from "discord.js";

import { UserError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import type { TimedRound } from "../../store/vote-repository.ts";
import { VARIANT_LABEL } from "../../variant.ts";
import { derive, PLACES, standing } from "../../votes/ballot.ts";
import type { Candidate } from "../../votes/rounds.ts";
import { mayVote } from "../../votes/voters.ts";
import { type Builder, view, type View } from "../messages/view.ts";
import { press, row, text } from "../messages/components.ts";
import { ballotPanel as words, voteButton } from "../wording/votes.ts";
import { isOpen, showsItsStyle } from "./votes.ts";

export interface Looker {
  readonly userId: string;
  readonly roles: readonly string[];
  readonly permissions: Readonly<PermissionsBitField>;
}

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
  const lines = PLACES.flatMap((place) => {
    const candidate = candidates.find((one) => one.jobId === places.get(place));
    return candidate ? [words.line(place, words.picture(labelOf(round, candidate), linkOf(round, candidate)))] : [];
  });
  const open = isOpen(round);
  const rules = await store.voteSettings.get(round.guildId);
  const voter = { accountAt: SnowflakeUtil.timestampFrom(looker.userId), roles: looker.roles };
  const said = [
    words.title(round.closedAt ?? round.closesAt, open),
    ...(lines.length > 0 ? lines : [words.empty]),
    ...(mayVote(voter, Date.now(), rules) ? [] : [words.notAdmitted(rules.minAccountDays, rules.requiredRoleId)]),
    ...(open ? [words.how(candidates.length)] : []),
  ];
  const builders: Builder[] = [text(said.join("\n"))];
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
  return view(builders);
}

/** Before the reveal a blind picture has nothing but its letter. */
const labelOf = (round: TimedRound, { letter, variant }: Candidate): string => {
  if (letter === null) return VARIANT_LABEL[variant];
  return round.closedAt === null ? letter : `${letter}: ${VARIANT_LABEL[variant]}`;
};

const linkOf = (round: TimedRound, { messageId }: Candidate): string =>
  `https://discord.com/channels/${round.guildId}/${round.channelId}/${messageId}`;
