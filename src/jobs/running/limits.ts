/** How many jobs a person and a server may have at once, and a refusal that says when to come back. */
import { roughly } from "../../duration.ts";
import { UserError } from "../../errors.ts";
import type { Saying } from "../../words/say.ts";
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
    const wayOut =
      wanted.jobs > perUser ? ({ sentence: "error.too-many-jobs-user.owner" } as const) : comeBack(own, tooMany);
    const values = { most: perUser, wayOut };
    throw new UserError(
      "too-many-jobs-user",
      wanted.jobs === 1
        ? { sentence: "error.too-many-jobs-user", values }
        : { sentence: "error.too-many-jobs-user.at-once", values: { jobs: wanted.jobs, ...values } },
    );
  }
  if (asker.guildId === null) return;
  const guild = pending.filter(({ job }) => job.request.guildId === asker.guildId);
  const tooManyHere = guild.length + wanted.reservedOfGuild + wanted.jobs - perGuild;
  if (tooManyHere > 0) {
    throw new UserError("too-many-jobs-guild", {
      sentence: "error.too-many-jobs-guild",
      values: { most: perGuild, wayOut: comeBack(guild, tooManyHere) },
    });
  }
}

/** @param tooMany of them have to be done before there is room */
function comeBack(pending: readonly Pending[], tooMany: number): Saying {
  const ends = pending.map(({ endsIn }) => endsIn ?? Infinity).toSorted((a, b) => a - b);
  const soonest = ends[tooMany - 1] ?? Infinity;
  return Number.isFinite(soonest)
    ? { sentence: "error.too-many-jobs.room-in", values: { ...roughly(soonest) } }
    : { sentence: "error.too-many-jobs.room-when-done" };
}
