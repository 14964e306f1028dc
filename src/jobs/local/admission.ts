/** Lets jobs into the queue as long as whoever asks, and their server, have room. */
import type { JobRequest } from "../job.ts";
import { type Asker, type Reservation, Reservations } from "../reservations.ts";
import { checkLimits, type Limits } from "./limits.ts";
import type { UnsettledJobs } from "./unsettled-jobs.ts";

export class Admission {
  readonly #unsettled: UnsettledJobs;
  readonly #limits: Limits;
  readonly #reservations = new Reservations();

  constructor(unsettled: UnsettledJobs, limits: Limits) {
    this.#unsettled = unsettled;
    this.#limits = limits;
  }

  /** @throws UserError when there is no room for so many jobs */
  reserve(asker: Asker, jobs: number): Reservation {
    this.#check(asker, jobs);
    return this.#reservations.add(asker, jobs);
  }

  /** For one job. @throws UserError when there is no room, kept or free */
  admit(request: JobRequest, reservation: Reservation | undefined): void {
    if (!reservation?.take()) this.#check(request, 1);
  }

  #check(asker: Asker, jobs: number): void {
    const { perUser, perGuild } = this.#limits;
    const own = this.#unsettled.ofUser(asker.userId);
    const guild = this.#unsettled.ofGuild(asker.guildId);
    const reservedOfUser = this.#reservations.ofUser(asker.userId);
    const reservedOfGuild = this.#reservations.ofGuild(asker.guildId);
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
