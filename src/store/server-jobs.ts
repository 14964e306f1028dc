/** Which server a job is of: the one that it was asked for in, where the bot is a member there. */
import type { RawBuilder } from "kysely";

import { sql } from "./kysely.ts";

/** Whether a job is of that server; `null`: of none, as it was asked for in a direct message, or where the bot is no member. */
export const isOfServer = (guildId: string | null): RawBuilder<boolean> =>
  guildId === null
    ? sql<boolean>`(jobs.guild_id is null or jobs.outside = 1)`
    : sql<boolean>`(jobs.guild_id = ${guildId} and jobs.outside = 0)`;
