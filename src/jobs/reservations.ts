/** Room in the queue that is kept for jobs whose pictures are still on their way. */
import type { JobRequest } from "./job.ts";

/** Who asks for jobs, and where. */
export type Asker = Pick<JobRequest, "userId" | "guildId">;

export interface Reservation {
  /** Room for one job is used. @returns `false` when none is left */
  take(): boolean;
  /** Gives up what was not used; a second time does nothing. */
  release(): void;
}

export class Reservations {
  readonly #byUser = new Map<string, number>();
  readonly #byGuild = new Map<string | null, number>();

  /** @param jobs how many it is for */
  add({ userId, guildId }: Asker, jobs: number): Reservation {
    let left = 0;
    const change = (by: number): void => {
      left += by;
      count(this.#byUser, userId, by);
      count(this.#byGuild, guildId, by);
    };
    change(jobs);
    return {
      take() {
        if (left === 0) return false;
        change(-1);
        return true;
      },
      release: () => change(-left),
    };
  }

  ofUser(userId: string): number {
    return this.#byUser.get(userId) ?? 0;
  }

  ofGuild(guildId: string | null): number {
    return this.#byGuild.get(guildId) ?? 0;
  }
}

function count<K>(counts: Map<K, number>, key: K, by: number): void {
  const now = (counts.get(key) ?? 0) + by;
  if (now === 0) counts.delete(key);
  else counts.set(key, now);
}
