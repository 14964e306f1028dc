/** How many jobs a person and a server may have at once, and a refusal that says when to come back. */
import { inWords } from "../../duration.ts";
import { UserError } from "../../errors.ts";
import type { Asker } from "../queue.ts";

export interface Limits {
  readonly perUser: number;
  readonly perGuild: number;
}

/** A job that is not settled, and the seconds until it probably will be. */
export interface Pending {
  readonly job: { readonly request: Asker };
  readonly endsIn: number | null;
}

/** Room that is wanted, and what others of the same person and of the same server have been promised. */
export interface Wanted {
  readonly jobs: number;
  readonly reservedOfUser: number;
  readonly reservedOfGuild: number;
}

const ONE: Wanted = { jobs: 1, reservedOfUser: 0, reservedOfGuild: 0 };

/** @throws UserError `too-many-jobs-user` or `too-many-jobs-guild` when there is no room */
export function checkLimits(asker: Asker, pending: readonly Pending[], limits: Limits, wanted: Wanted = ONE): void {
  const { perUser, perGuild } = limits;
  const own = pending.filter(({ job }) => job.request.userId === asker.userId);
  const tooMany = own.length + wanted.reservedOfUser + wanted.jobs - perUser;
  if (tooMany > 0) {
    const have = perUser === 1 ? "a picture" : `${perUser} pictures`;
    const fault =
      wanted.jobs === 1
        ? `You already have ${have} in the queue, as many as one person may.`
        : `That makes ${wanted.jobs} pictures at once, and one person may have ${have} in the queue.`;
    const wayOut = wanted.jobs > perUser ? "Whoever runs the bot can allow more." : comeBack(own, tooMany);
    throw new UserError("too-many-jobs-user", `${fault} ${wayOut}`);
  }
  if (asker.guildId === null) return;
  const guild = pending.filter(({ job }) => job.request.guildId === asker.guildId);
  const tooManyHere = guild.length + wanted.reservedOfGuild + wanted.jobs - perGuild;
  if (tooManyHere > 0) {
    throw new UserError(
      "too-many-jobs-guild",
      `This server already has ${perGuild} pictures in the queue, as many as fit. ${comeBack(guild, tooManyHere)}`,
    );
  }
}

/** @param tooMany of them have to be done before there is room */
function comeBack(pending: readonly Pending[], tooMany: number): string {
  const ends = pending.map(({ endsIn }) => endsIn ?? Infinity).toSorted((a, b) => a - b);
  const soonest = ends[tooMany - 1] ?? Infinity;
  const when = Number.isFinite(soonest) ? `in ${inWords(soonest)}` : "when one of them is done";
  return `There will be room ${when}; try again then.`;
}
