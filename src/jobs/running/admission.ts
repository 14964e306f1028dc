/** Lets jobs into the queue as long as whoever asks, and their server, have room. */
import type { JobRequest } from "../job.ts";
import type { Asker, Reservation } from "../queue.ts";
import { Holdings } from "./holdings.ts";
import { checkLimits, type Limits } from "./limits.ts";
import type { UnsettledJobs } from "./unsettled-jobs.ts";

export class Admission {
  readonly #unsettled: UnsettledJobs;
  readonly #limits: Limits;
  /** Places that are kept. */
  readonly #kept = new Holdings<object>();

  constructor(unsettled: UnsettledJobs, limits: Limits) {
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
    if (!reservation?.take()) this.#check(request, 1);
  }

  #check(asker: Asker, jobs: number): void {
    const { perUser, perGuild } = this.#limits;
    const own = this.#unsettled.ofUser(asker.userId);
    const guild = this.#unsettled.ofGuild(asker.guildId);
    const reservedOfUser = this.#kept.ofUser(asker.userId).size;
    const reservedOfGuild = this.#kept.ofGuild(asker.guildId).size;
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
