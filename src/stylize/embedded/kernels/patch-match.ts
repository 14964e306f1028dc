/**
 * One sweep of PatchMatch (Barnes et al. 2009, section 3.2) over feature space: propagation from the left and above (or
 * right and below), random search in halving windows, and a few candidates from anywhere.
 *
 * A match is packed as `row << 16 | column` of the bank's grid, the mirrored style's rows following the style's.
 * Bands of query rows run in parallel; across a band's border the field from before the sweep is read, so that the
 * result depends on the number of bands only.
 */
import { FEATURE_BYTES, QUERY_BYTES } from "./features.ts";
import { defineKernel } from "./kernel.ts";

export const ROW_SHIFT = 16;
export const COLUMN_MASK = 0xffff;

/** Side of the squares, in bank positions, that share one entry of the penalty map: 2 to this power. */
export const PENALTY_SHIFT = 2;

export const patchMatchSweep = defineKernel(
  "patchMatchSweep",
  {
    field: "i32",
    /** the field from before this sweep */
    previous: "i32",
    costs: "i32",
    queries: "i32",
    bank: "i32",
    bankColumns: "i32",
    /** rows of the style and its mirror image together, and of one of them */
    bankRows: "i32",
    variantRows: "i32",
    /** what it costs to use a place of the style that is already used a lot, one i32 per square */
    penalties: "i32",
    penaltyColumns: "i32",
    /** positions of the query grid in steps of the bank */
    xs: "i32",
    ys: "i32",
    columns: "i32",
    rows: "i32",
    backward: "i32",
    /** whether the costs of the field as it is have to be computed first */
    fresh: "i32",
    radius: "i32",
    seed: "i32",
  },
  ({ f, args, part, share }) => {
    const band = share(args.rows);
    const random = f.value(args.seed.xor(part.plus(1).times(0x9e3779b1 | 0)).or(1));
    /** a number from 0 to limit - 1, limit < 65536 (xorshift32, Marsaglia 2003) */
    const below = (limit: ReturnType<typeof f.value>) => {
      f.set(random, random.xor(random.shiftLeft(13)));
      f.set(random, random.xor(random.shiftRight(17)));
      f.set(random, random.xor(random.shiftLeft(5)));
      return random.shiftRight(16).times(limit).shiftRight(16);
    };

    const features = f.variable("i32", 0);
    const query = f.variable("i32", 0);
    const best = f.variable("i32", 0);
    const bestCost = f.variable("i32", 0);
    const row = f.variable("i32", 0);
    const column = f.variable("i32", 0);
    const cost = f.variable("i32", 0);
    const difference = f.variable("v128", 0);
    const sum = f.variable("v128", 0);
    const address = f.variable("i32", 0);

    const measure = (): void => {
      f.set(query, features);
      f.set(address, row.times(args.bankColumns).plus(column));
      f.if(row.atLeast(args.variantRows), () => {
        // A place in the mirrored style: the mirrored query at the same place of the style itself.
        f.increase(query, FEATURE_BYTES);
        f.set(address, row.minus(args.variantRows).plus(1).times(args.bankColumns).minus(column).minus(1));
      });
      f.set(address, args.bank.plus(address.times(FEATURE_BYTES)));
      for (let offset = 0; offset < FEATURE_BYTES; offset += 16) {
        const lanes = query.load("v128", offset).lanes("subtractI16", address.load("v128", offset));
        f.set(difference, lanes);
        const squares = difference.lanes("dotI16", difference);
        f.set(sum, offset === 0 ? squares : sum.lanes("addI32", squares));
      }
      const square = row.shiftRight(PENALTY_SHIFT).times(args.penaltyColumns).plus(column.shiftRight(PENALTY_SHIFT));
      const penalty = args.penalties.plus(square.times(4)).load("i32");
      f.set(cost, sum.i32Lane(0).plus(sum.i32Lane(1)).plus(sum.i32Lane(2)).plus(sum.i32Lane(3)).plus(penalty));
    };
    const tryCandidate = (): void => {
      measure();
      f.if(cost.less(bestCost), () => {
        f.set(bestCost, cost);
        f.set(best, row.shiftLeft(ROW_SHIFT).or(column));
      });
    };
    /** tries (row, column) if it lies in the variant that begins at row `variantStart` */
    const variantStart = f.variable("i32", 0);
    const tryInside = (): void => {
      const inRows = row.atLeast(variantStart).and(row.less(variantStart.plus(args.variantRows)));
      f.if(inRows.and(column.atLeast(0)).and(column.less(args.bankColumns)), tryCandidate);
    };
    const unpack = (match: ReturnType<typeof f.value>): void => {
      f.set(row, match.shiftRight(ROW_SHIFT));
      f.set(column, match.and(COLUMN_MASK));
      f.set(variantStart, row.atLeast(args.variantRows).choose(args.variantRows, 0));
    };

    const step = f.value(args.backward.choose(args.backward.times(0).minus(1), 1));
    f.for(0, band.end.minus(band.start), (i) => {
      const y = f.value(args.backward.choose(band.end.minus(1).minus(i), band.start.plus(i)));
      f.for(0, args.columns, (j) => {
        const x = f.value(args.backward.choose(args.columns.minus(1).minus(j), j));
        const at = f.value(y.times(args.columns).plus(x));
        f.set(features, args.queries.plus(at.times(QUERY_BYTES)));
        const entry = f.value(args.field.plus(at.times(4)));
        const costEntry = f.value(args.costs.plus(at.times(4)));
        f.set(best, entry.load("i32"));
        f.if(
          args.fresh,
          () => {
            unpack(best);
            measure();
            f.set(bestCost, cost);
          },
          () => f.set(bestCost, costEntry.load("i32")),
        );

        const besideX = f.value(x.minus(step));
        f.if(besideX.atLeast(0).and(besideX.less(args.columns)), () => {
          unpack(f.value(entry.minus(step.times(4)).load("i32")));
          const shift = args.xs
            .plus(x.times(4))
            .load("i32")
            .minus(args.xs.plus(besideX.times(4)).load("i32"));
          f.increase(column, shift);
          tryInside();
        });
        const besideY = f.value(y.minus(step));
        f.if(besideY.atLeast(0).and(besideY.less(args.rows)), () => {
          const inBand = besideY.atLeast(band.start).and(besideY.less(band.end));
          const source = f.value(inBand.choose(args.field, args.previous));
          unpack(f.value(source.plus(besideY.times(args.columns).plus(x).times(4)).load("i32")));
          const shift = args.ys
            .plus(y.times(4))
            .load("i32")
            .minus(args.ys.plus(besideY.times(4)).load("i32"));
          f.increase(row, shift);
          tryInside();
        });

        const radius = f.value(args.radius);
        f.while(radius.atLeast(1), () => {
          unpack(best);
          const span = f.value(radius.times(2).plus(1));
          f.set(row, row.plus(below(span)).minus(radius));
          f.set(column, column.plus(below(span)).minus(radius));
          tryInside();
          f.set(radius, radius.shiftRight(1));
        });
        f.for(0, GLOBAL_CANDIDATES, () => {
          f.set(row, below(args.bankRows));
          f.set(column, below(args.bankColumns));
          tryCandidate();
        });
        f.store("i32", entry, best);
        f.store("i32", costEntry, bestCost);
      });
    });
  },
);

/** Candidates from anywhere in the bank, per query and sweep. */
const GLOBAL_CANDIDATES = 6;
