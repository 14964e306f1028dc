/** Lets jobs into the queue as long as whoever asks, and their server, have room. */
import type { Job, JobRequest } from "../job.ts";
import type { Asker, Reservation } from "../queue.ts";
import { Holdings } from "./holdings.ts";
import { checkLimits, type Limits } from "./limits.ts";

/** The jobs that are not settled and take room, as far as this process knows. */
export interface Occupancy<T extends { readonly job: Job }> {
  ofUser(userId: string): ReadonlySet<T>;
  ofGuild(guildId: string | null): ReadonlySet<T>;
  /** Seconds until a job will probably be done; `null` while nobody can tell. */
  endsIn(held: T): number | null;
}

export class Admission<T extends { readonly job: Job }> {
  readonly #unsettled: Occupancy<T>;
  readonly #limits: Limits;
  /** Places that are kept. */
  readonly #kept = new Holdings<object>();

  constructor(unsettled: Occupancy<T>, limits: Limits) {
    this.#unsettled = unsettled;
    this.#limits = limits;
  }

  /** @throws UserError when there is no room for so many jobs */
  reserve(asker: Asker, jobs: number): Reservation {
    this.#check(asker, jobs);
    const places = Array.from({ length: jobs }, () => ({}));
    for (const place of places) this.#kept.add(place, asker);
    const take = (): boolean => {
      const place = places.pop();
      if (place) this.#kept.remove(place, asker);
      return place !== undefined;
    };
    const release = (): void => {
      while (take());
    };
    return { take, release };
  }

  /** For one job. @throws UserError when there is no room, kept or free */
  admit(request: JobRequest, reservation: Reservation | undefined): void {
    if (!reservation?.take() && !request.background) this.#check(request, 1);
  }

  /** How much is kept for whoever asks, and for their server. */
  kept({ userId, guildId }: Asker): { readonly ofUser: number; readonly ofGuild: number } {
    return { ofUser: this.#kept.ofUser(userId).size, ofGuild: this.#kept.ofGuild(guildId).size };
  }

  #check(asker: Asker, jobs: number): void {
    const { perUser, perGuild } = this.#limits;
    const own = this.#unsettled.ofUser(asker.userId);
    const guild = this.#unsettled.ofGuild(asker.guildId);
    const { ofUser: reservedOfUser, ofGuild: reservedOfGuild } = this.kept(asker);
    const fits = own.size + reservedOfUser + jobs <= perUser;
    if (fits && (asker.guildId === null || guild.size + reservedOfGuild + jobs <= perGuild)) return;
    // Only who is refused is told when to come back.
    const pending = [...new Set([...own, ...guild])].map((tracked) => ({
      job: tracked.job,
      endsIn: this.#unsettled.endsIn(tracked),
    }));
    checkLimits(asker, pending, this.#limits, { jobs, reservedOfUser, reservedOfGuild });
  }
}
