/** Whose ballots count in a server, and what its `auto` may do with them. */
import { z } from "zod";

import { VARIANTS } from "../variant.ts";

const DAY_MS = 86_400_000;

/** What a server has set about votes. */
export const voteSettings = z.object({
  /** Whether `variant: auto` learns from this server's ballots. */
  learning: z.boolean().default(true),
  /** What `auto` always takes, whatever the ballots say. */
  pinned: z.enum(VARIANTS).nullable().default(null),
  /** Ballots of younger accounts do not count. */
  minAccountDays: z.number().min(0).default(0),
  /** Ballots of members without this role do not count. */
  requiredRoleId: z.string().nullable().default(null),
});

export type VoteSettings = z.infer<typeof voteSettings>;

export const DEFAULT_VOTE_SETTINGS: VoteSettings = voteSettings.parse({});

export type VoterRules = Pick<VoteSettings, "minAccountDays" | "requiredRoleId">;

/** Whether somebody's ballot counts. Roles that could not be found out are not the required one. */
export function mayVote(
  voter: { readonly accountAt: number; readonly roles: readonly string[] | null },
  at: number,
  rules: VoterRules,
): boolean {
  if (at - voter.accountAt < rules.minAccountDays * DAY_MS) return false;
  return rules.requiredRoleId === null || (voter.roles?.includes(rules.requiredRoleId) ?? false);
}
