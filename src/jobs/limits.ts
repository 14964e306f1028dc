/** How many jobs a person and a server may have at once, and a refusal that says when to come back. */
import { UserError } from "../errors.ts";
import type { Job, JobRequest } from "./job.ts";

export interface Limits {
  readonly perUser: number;
  readonly perGuild: number;
}

/** A job that is not settled, and the seconds until it probably will be. */
export interface Pending {
  readonly job: Job;
  readonly endsIn: number | null;
}

/** @throws UserError `too-many-jobs-user` or `too-many-jobs-guild` when there is no room for the request */
export function checkLimits(request: JobRequest, pending: readonly Pending[], limits: Limits): void {
  const own = pending.filter(({ job }) => job.request.userId === request.userId);
  if (own.length >= limits.perUser) {
    const have = limits.perUser === 1 ? "a picture" : `${limits.perUser} pictures`;
    throw new UserError(
      "too-many-jobs-user",
      `You already have ${have} in the queue, as many as one person may. ${comeBack(own)}`,
    );
  }
  if (request.guildId === null) return;
  const guild = pending.filter(({ job }) => job.request.guildId === request.guildId);
  if (guild.length >= limits.perGuild) {
    throw new UserError(
      "too-many-jobs-guild",
      `This server already has ${limits.perGuild} pictures in the queue, as many as fit. ${comeBack(guild)}`,
    );
  }
}

function comeBack(pending: readonly Pending[]): string {
  const soonest = Math.min(...pending.map(({ endsIn }) => endsIn ?? Infinity));
  const when = Number.isFinite(soonest) ? `in ${inWords(soonest)}` : "when one of them is done";
  return `There will be room ${when}; try again then.`;
}

/** A duration as people say it, never shorter than it is: "less than a minute", "about 4 minutes", "about 2 hours". */
export function inWords(seconds: number): string {
  if (seconds < 60) return "less than a minute";
  const minutes = Math.ceil(seconds / 60);
  if (minutes === 1) return "about 1 minute";
  if (minutes < 90) return `about ${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return `about ${hours} hours`;
}
