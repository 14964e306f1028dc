/**
 * Which pairs a person is shown, and in which order: a balanced incomplete block design, as nearly as whoever comes allows.
 * Nobody knows beforehand how many take part, so each block is chosen when it is asked for: of all pairs those that were
 * shown least, and among these the ones that met least in a block so far.
 */
import { groupBy } from "../../group-by.ts";
import { type Random, shuffled } from "../../random.ts";
import { VARIANTS, type Variant } from "../../variant.ts";
import { type Ranked, type Showing, UNTOUCHED } from "./survey.ts";

/** Of so many showings one is a check, at least one. */
const CHECK_EVERY = 8;

/** What was shown, and to whom; whether it was answered does not matter. */
export interface Shown extends Pick<Showing, "pair" | "order"> {
  readonly userId: string;
}

export interface BlockOrder {
  /** Of the study. */
  readonly pairs: number;
  /** For one person; no more than there are. */
  readonly each: number;
}

/**
 * A person's showings, checks among them.
 *
 * @param shown all showings of the study so far
 */
export function nextBlock({ pairs, each }: BlockOrder, shown: readonly Shown[], random: Random): Showing[] {
  const rankings = shown.filter(({ order }) => !order.includes(UNTOUCHED));
  const block = choosePairs(pairs, Math.min(each, pairs), rankings, random);
  const orders = new Map<number, Counts>();
  for (const { pair, order } of rankings) count(orders, pair).add(order.join());
  const overall = new Counts();
  for (const { order } of rankings) for (const [at, id] of order.entries()) overall.add(`${at}/${id}`);
  const showings: Omit<Showing, "position">[] = block.map((pair) => {
    const order = leastShown(count(orders, pair), overall, random);
    for (const [at, id] of order.entries()) overall.add(`${at}/${id}`);
    return { pair, order };
  });
  for (let n = 0; n < Math.max(1, Math.floor(block.length / CHECK_EVERY)); n++) {
    // Never first: people look most carefully at what is new.
    const at = 1 + Math.floor(random() * showings.length);
    showings.splice(at, 0, { pair: Math.floor(random() * pairs), order: checkOf(random) });
  }
  return showings.map((showing, position) => ({ position, ...showing }));
}

/** Two variants, and the content as it was. */
const checkOf = (random: Random): readonly Ranked[] =>
  shuffled([...shuffled(VARIANTS, random).slice(1), UNTOUCHED], random);

function choosePairs(pairs: number, size: number, shown: readonly Shown[], random: Random): number[] {
  const times = Array.from({ length: pairs }, () => 0);
  for (const { pair } of shown) times[pair]! += 1;
  const blocks = [...groupBy(shown, ({ userId }) => userId).values()].map((own) => own.map(({ pair }) => pair));
  /** How often each met those that are chosen. */
  const met = Array.from({ length: pairs }, () => 0);
  const chosen: number[] = [];
  const left = new Set(times.keys());
  while (chosen.length < size) {
    const fewest = Math.min(...[...left].map((pair) => times[pair]!));
    const rarest = [...left].filter((pair) => times[pair] === fewest);
    const least = Math.min(...rarest.map((pair) => met[pair]!));
    const pair = drawn(
      rarest.filter((each) => met[each] === least),
      random,
    );
    chosen.push(pair);
    left.delete(pair);
    for (const block of blocks) if (block.includes(pair)) for (const other of block) met[other]! += 1;
  }
  return shuffled(chosen, random);
}

/** The order of variants that a pair was shown in least; of these the one whose places are the rarest of all. */
function leastShown(ofPair: Counts, overall: Counts, random: Random): readonly Variant[] {
  const all = ordersOf(VARIANTS);
  const fewest = Math.min(...all.map((order) => ofPair.of(order.join())));
  const rare = all.filter((order) => ofPair.of(order.join()) === fewest);
  const usual = (order: readonly Variant[]): number =>
    order.reduce((sum, id, at) => sum + overall.of(`${at}/${id}`) ** 2, 0);
  const least = Math.min(...rare.map(usual));
  return drawn(
    rare.filter((order) => usual(order) === least),
    random,
  );
}

function ordersOf<T>(values: readonly T[]): T[][] {
  if (values.length < 2) return [[...values]];
  return values.flatMap((first) => ordersOf(values.filter((other) => other !== first)).map((rest) => [first, ...rest]));
}

class Counts {
  readonly #counts = new Map<string, number>();

  add(key: string): void {
    this.#counts.set(key, this.of(key) + 1);
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

function count(all: Map<number, Counts>, pair: number): Counts {
  const known = all.get(pair) ?? new Counts();
  all.set(pair, known);
  return known;
}

const drawn = <T>(values: readonly T[], random: Random): T => values[Math.floor(random() * values.length)]!;
