/** The medals that members see are those that are recorded. */
import { MEDALS, type Place, standing } from "../../../src/votes/ballot.ts";
import type { Invariant } from "./evidence.ts";
import { isClosed } from "./places.ts";

export const medalsAreRecorded: Invariant = ({ records, ledger, discord }) =>
  records.rounds.flatMap((round) => {
    if (round.closed_at !== null || isClosed(ledger, round.channel_id)) return [];
    return records.candidates
      .filter(({ round_id: id }) => id === round.id)
      .flatMap((candidate) => {
        const entry = ledger.find(candidate.message_id);
        if (!entry || ledger.isGone(entry)) return [];
        return (Object.entries(MEDALS) as unknown as [string, string][]).flatMap(([digit, emoji]) => {
          const place = Number(digit) as Place;
          const seen = [...(entry.message.reactions.get(emoji)?.userIds ?? [])].filter(
            (id) => id !== discord.botUserId,
          );
          const voters = new Set(records.medal_changes.map(({ voter_id: id }) => id));
          const recorded = [...voters].filter((voter) =>
            standing(
              records.medal_changes
                .filter((change) => change.round_id === round.id && change.voter_id === voter)
                .map((change) => ({ ...change, result: change.job_id })),
            ).some((medal) => medal.result === candidate.job_id && medal.place === place),
          );
          const [shown, kept] = [seen.toSorted().join(), recorded.toSorted().join()];
          return shown === kept
            ? []
            : [`${emoji} on message ${candidate.message_id}: seen ${shown || "none"}, recorded ${kept || "none"}`];
        });
      });
  });
