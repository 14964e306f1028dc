/**
 * Turning a patch field back into a picture: robust weighted averages (Kwatra et al. 2005, section 3.1: iteratively
 * re-weighted least squares), fused with the content (Elad & Milanfar 2017, section 4.3).
 */
import { COLUMN_MASK, ROW_SHIFT } from "./patch-match.ts";
import { defineKernel, PIXEL_BYTES } from "./kernel.ts";

/** Where the pixels of each match begin (byte addresses), found once per field. */
export const locatePatches = defineKernel(
  "locatePatches",
  {
    field: "i32",
    sources: "i32",
    count: "i32",
    pixels: "i32",
    styleWidth: "i32",
    styleHeight: "i32",
    variantRows: "i32",
    stride: "i32",
    /** columns of the mirrored style before its grid begins */
    mirrorOffset: "i32",
  },
  ({ f, args, share }) => {
    const band = share(args.count);
    f.for(band.start, band.end, (i) => {
      const match = f.value(args.field.plus(i.times(4)).load("i32"));
      const row = f.value(match.shiftRight(ROW_SHIFT));
      const x = f.value(match.and(COLUMN_MASK).times(args.stride));
      const y = f.value(row.times(args.stride));
      f.if(row.atLeast(args.variantRows), () => {
        f.set(y, row.minus(args.variantRows).times(args.stride).plus(args.styleHeight));
        f.increase(x, args.mirrorOffset);
      });
      const address = args.pixels.plus(y.times(args.styleWidth).plus(x).times(PIXEL_BYTES));
      f.store("i32", args.sources.plus(i.times(4)), address);
    });
  },
);

const GRID = { xs: "i32", ys: "i32", columns: "i32", rows: "i32", size: "i32" } as const;

/**
 * The weight of each patch, `e^(r-2)` for a root mean square error e and r = 0.5: patches far from what the others agree
 * on count little. Every second pixel is looked at. `e^-1.5` needs square roots only, so every machine agrees on it.
 */
export const weighPatches = defineKernel(
  "weighPatches",
  { current: "i32", width: "i32", sources: "i32", styleWidth: "i32", weights: "i32", ...GRID },
  ({ f, args, share }) => {
    const band = share(args.rows);
    const seen = f.value(args.size.plus(1).shiftRight(1));
    const scale = f.value(f.value(seen.times(seen)).toF32());
    f.for(band.start, band.end, (row) => {
      const y = f.value(args.ys.plus(row.times(4)).load("i32"));
      f.for(0, args.columns, (column) => {
        const x = f.value(args.xs.plus(column.times(4)).load("i32"));
        const at = f.value(row.times(args.columns).plus(column).times(4));
        const source = f.value(args.sources.plus(at).load("i32"));
        const sum = f.variable("v128", 0);
        f.for(
          0,
          args.size,
          (v) => {
            const mine = f.value(args.current.plus(y.plus(v).times(args.width).plus(x).times(PIXEL_BYTES)));
            const theirs = f.value(source.plus(v.times(args.styleWidth).times(PIXEL_BYTES)));
            f.for(
              0,
              args.size,
              () => {
                const difference = f.value(mine.load("v128").minus(theirs.load("v128")));
                f.increase(sum, difference.times(difference));
                f.increase(mine, 2 * PIXEL_BYTES);
                f.increase(theirs, 2 * PIXEL_BYTES);
              },
              2,
            );
          },
          2,
        );
        const total = sum.f32Lane(0).plus(sum.f32Lane(1)).plus(sum.f32Lane(2));
        const root = f.value(total.over(scale).max(1e-5).squareRoot());
        const weight = f.value(root.times(root.squareRoot()));
        f.store("f32", args.weights.plus(at), f.variable("f32", 1).over(weight));
      });
    });
  },
);

/**
 * The weighted mean of all patches at each pixel. Rows of the picture are dealt out; each part visits the patches that
 * reach into its rows. `reach` is added to the sources (to vote another picture of the same layout).
 */
export const votePatches = defineKernel(
  "votePatches",
  {
    out: "i32",
    width: "i32",
    height: "i32",
    sources: "i32",
    reach: "i32",
    styleWidth: "i32",
    weights: "i32",
    /** whether weights count squared, so that nearly one patch alone decides */
    sharp: "i32",
    /** `size * size` window weights, each in four lanes */
    window: "i32",
    ...GRID,
  },
  ({ f, args, share }) => {
    const band = share(args.height);
    const begin = f.value(args.out.plus(band.start.times(args.width).times(PIXEL_BYTES)));
    const end = f.value(args.out.plus(band.end.times(args.width).times(PIXEL_BYTES)));
    const zero = f.variable("v128", 0);
    const cursor = f.value(begin);
    f.while(cursor.less(end), () => {
      f.store("v128", cursor, zero);
      f.increase(cursor, PIXEL_BYTES);
    });
    f.for(0, args.rows, (row) => {
      const top = f.value(args.ys.plus(row.times(4)).load("i32"));
      const firstRow = f.value(top.less(band.start).choose(band.start, top));
      const lastRow = f.value(top.plus(args.size));
      f.if(band.end.less(lastRow), () => f.set(lastRow, band.end));
      f.if(firstRow.less(lastRow), () => {
        f.for(0, args.columns, (column) => {
          const x = f.value(args.xs.plus(column.times(4)).load("i32"));
          const at = f.value(row.times(args.columns).plus(column).times(4));
          const weight = f.value(args.weights.plus(at).load("f32"));
          f.if(args.sharp, () => f.set(weight, weight.times(weight)));
          const lanes = f.value(weight.splat());
          const source = f.value(args.sources.plus(at).load("i32").plus(args.reach));
          f.for(firstRow, lastRow, (y) => {
            const v = f.value(y.minus(top));
            const target = f.value(args.out.plus(y.times(args.width).plus(x).times(PIXEL_BYTES)));
            const theirs = f.value(source.plus(v.times(args.styleWidth).times(PIXEL_BYTES)));
            const window = f.value(args.window.plus(v.times(args.size).times(PIXEL_BYTES)));
            const rowEnd = f.value(target.plus(args.size.times(PIXEL_BYTES)));
            f.while(target.less(rowEnd), () => {
              const share = lanes.times(window.load("v128")).times(theirs.load("v128"));
              f.store("v128", target, target.load("v128").plus(share));
              f.increase(target, PIXEL_BYTES);
              f.increase(theirs, PIXEL_BYTES);
              f.increase(window, PIXEL_BYTES);
            });
          });
        });
      });
    });
    f.set(cursor, begin);
    f.while(cursor.less(end), () => {
      const pixel = f.value(cursor.load("v128"));
      f.store("v128", cursor, pixel.over(pixel.f32Lane(3).splat()));
      f.increase(cursor, PIXEL_BYTES);
    });
  },
);

/**
 * `((low + high) + w content) / (1 + w) + h (broadContent - broad)` with one `w` and one `h` per pixel: the vote with its own
 * high band, drawn to the content, and its broad tones brought back to the content's.
 */
export const fuseContent = defineKernel(
  "fuseContent",
  {
    low: "i32",
    high: "i32",
    content: "i32",
    weights: "i32",
    broad: "i32",
    broadContent: "i32",
    holds: "i32",
    out: "i32",
    width: "i32",
    height: "i32",
  },
  ({ f, args, share }) => {
    const band = share(args.height);
    f.for(band.start.times(args.width), band.end.times(args.width), (i) => {
      const at = f.value(i.times(PIXEL_BYTES));
      const weight = f.value(args.weights.plus(i.times(4)).load("f32"));
      const content = args.content.plus(at).load("v128");
      const voted = args.low.plus(at).load("v128").plus(args.high.plus(at).load("v128"));
      const mixed = voted.plus(content.times(weight.splat())).over(weight.plus(1).splat());
      const hold = args.holds.plus(i.times(4)).load("f32");
      const drift = args.broadContent.plus(at).load("v128").minus(args.broad.plus(at).load("v128"));
      const target = f.value(args.out.plus(at));
      f.store("v128", target, mixed.plus(drift.times(hold.splat())));
      f.store("f32", target, 1, 12);
    });
  },
);
