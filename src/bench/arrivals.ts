/** Who asks for a picture, and when, over a day: made up, and the same for the same seed. */
import { type Random, seededRandom } from "../random.ts";

/** A picture that somebody asks for. */
export interface Arrival {
  /** Seconds since the day began. */
  readonly at: number;
  /** Members are numbered by how much they ask for: 0 asks for most. */
  readonly member: number;
  readonly server: number;
}

export interface DayOfArrivals {
  readonly servers: number;
  /** Pictures that are asked for on one server, on the average. */
  readonly perDay: number;
  /** Members of a server who ask at all. */
  readonly membersPerServer: number;
  /** How far the load swings around its mean: 0.85 is 1.85 times the mean at the peak; 0: it is the same all day. */
  readonly swing: number;
  /** Seconds; default a day. */
  readonly length?: number;
  readonly seed: number;
}

const DAY = 86_400;

/**
 * A Poisson process whose rate follows the day's hours, from its lowest to its lowest, by thinning (Lewis and Shedler,
 * "Simulation of nonhomogeneous Poisson processes by thinning", 1979). Members ask by Zipf's law, over all servers.
 */
export function* arrivalsOf({ length = DAY, ...day }: DayOfArrivals): Generator<Arrival> {
  const { servers, perDay, membersPerServer, swing, seed } = day;
  const random = seededRandom(seed);
  const mean = (servers * perDay) / DAY;
  const peak = mean * (1 + swing);
  const members = servers * membersPerServer;
  for (let at = exponential(random) / peak; at < length; at += exponential(random) / peak) {
    const rate = mean * (1 - swing * Math.cos((2 * Math.PI * at) / DAY));
    if (random() * peak >= rate) continue;
    const member = zipf(random, members);
    yield { at, member, server: member % servers };
  }
}

const exponential = (random: Random): number => -Math.log(1 - random());

/** A rank from 0, `k` with a weight of log(1 + 1 / (k + 1)): Zipf's law of exponent 1, in the form that needs no table. */
const zipf = (random: Random, ranks: number): number => Math.floor((ranks + 1) ** random()) - 1;
