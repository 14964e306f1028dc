/** Points in time by both clocks: the one that tells the time of day, which jumps, and the steady one, which sleeps. */

export interface Moment {
  /** Unix milliseconds. It is set right at times, and has gone on when a machine wakes that was suspended. */
  readonly wall: number;
  /** Milliseconds since the process began. On Linux it stands still while the machine is suspended. */
  readonly steady: number;
}

export const momentNow = (): Moment => ({ wall: Date.now(), steady: performance.now() });

/** Most milliseconds that may have passed: what the clock shows that moved further, in whichever direction. */
export const clockedSince = ({ wall, steady }: Moment): number =>
  Math.max(Math.abs(Date.now() - wall), performance.now() - steady);
