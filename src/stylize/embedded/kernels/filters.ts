/** Kernels on whole interleaved pictures: blur by a symmetric kernel, and colour maps along three axes. */
import { defineKernel, PIXEL_BYTES } from "./kernel.ts";

const BLUR = { pixels: "i32", out: "i32", width: "i32", height: "i32", radius: "i32", kernel: "i32" } as const;

/** Blurs along rows; `kernel` holds the weights of offsets 0..radius, each in four lanes; borders repeat. */
export const blurAcross = defineKernel("blurAcross", { ...BLUR, scratch: "i32" }, ({ f, args, part, share }) => {
  const band = share(args.height);
  const padded = f.value(args.width.plus(args.radius.times(2)).times(PIXEL_BYTES));
  const line = f.value(args.scratch.plus(part.times(padded)));
  const reach = f.value(args.radius.times(PIXEL_BYTES));
  f.for(band.start, band.end, (y) => {
    const row = f.value(args.pixels.plus(y.times(args.width).times(PIXEL_BYTES)));
    const lastPixel = f.value(row.plus(args.width.minus(1).times(PIXEL_BYTES)));
    const source = f.value(row.minus(reach));
    const target = f.value(line);
    f.while(target.less(line.plus(padded)), () => {
      const clamped = f.value(source.less(row).choose(row, source));
      f.if(lastPixel.less(clamped), () => f.set(clamped, lastPixel));
      f.store("v128", target, clamped.load("v128"));
      f.increase(source, PIXEL_BYTES);
      f.increase(target, PIXEL_BYTES);
    });
    const out = f.value(args.out.plus(y.times(args.width).times(PIXEL_BYTES)));
    f.for(0, args.width, (x) => {
      const centre = f.value(line.plus(reach).plus(x.times(PIXEL_BYTES)));
      const sum = f.value(centre.load("v128").times(args.kernel.load("v128")));
      f.for(1, args.radius.plus(1), (i) => {
        const offset = f.value(i.times(PIXEL_BYTES));
        const pair = centre.minus(offset).load("v128").plus(centre.plus(offset).load("v128"));
        f.increase(sum, pair.times(args.kernel.plus(offset).load("v128")));
      });
      f.store("v128", out.plus(x.times(PIXEL_BYTES)), sum);
    });
  });
});

/** Blurs along columns, otherwise as `blurAcross`. */
export const blurDown = defineKernel("blurDown", BLUR, ({ f, args, share }) => {
  const band = share(args.height);
  const rowBytes = f.value(args.width.times(PIXEL_BYTES));
  const lastRow = f.value(args.height.minus(1));
  f.for(band.start, band.end, (y) => {
    const out = f.value(args.out.plus(y.times(rowBytes)));
    const rowEnd = f.value(out.plus(rowBytes));
    const source = f.value(args.pixels.plus(y.times(rowBytes)));
    const target = f.value(out);
    const centre = f.value(args.kernel.load("v128"));
    f.while(target.less(rowEnd), () => {
      f.store("v128", target, source.load("v128").times(centre));
      f.increase(source, PIXEL_BYTES);
      f.increase(target, PIXEL_BYTES);
    });
    f.for(1, args.radius.plus(1), (i) => {
      const weight = f.value(args.kernel.plus(i.times(PIXEL_BYTES)).load("v128"));
      const above = f.value(y.minus(i));
      f.if(above.less(0), () => f.set(above, 0));
      const below = f.value(y.plus(i));
      f.if(lastRow.less(below), () => f.set(below, lastRow));
      const upper = f.value(args.pixels.plus(above.times(rowBytes)));
      const lower = f.value(args.pixels.plus(below.times(rowBytes)));
      f.set(target, out);
      f.while(target.less(rowEnd), () => {
        const pair = upper.load("v128").plus(lower.load("v128"));
        f.store("v128", target, target.load("v128").plus(pair.times(weight)));
        for (const pointer of [upper, lower, target]) f.increase(pointer, PIXEL_BYTES);
      });
    });
  });
});

/** Entries of the table of one axis. */
export const COLOUR_TABLE_LENGTH = 512;

/**
 * Moves every colour along three orthogonal axes, each by a table: `x += s sum_k axis_k (table_k(axis_k . x) - axis_k . x)`
 * with one share `s` per pixel.
 * `axes` holds per axis: the unit vector (3 floats), the table's first argument, and entries per unit (5 floats in all).
 */
export const mapColours = defineKernel(
  "mapColours",
  { pixels: "i32", shares: "i32", width: "i32", height: "i32", axes: "i32", tables: "i32" },
  ({ f, args, share }) => {
    const band = share(args.height);
    const axes = [0, 1, 2].map((k) => ({
      direction: [0, 1, 2].map((c) => f.value(args.axes.load("f32", 4 * (5 * k + c)))),
      first: f.value(args.axes.load("f32", 4 * (5 * k + 3))),
      density: f.value(args.axes.load("f32", 4 * (5 * k + 4))),
      table: f.value(args.tables.plus(4 * k * COLOUR_TABLE_LENGTH)),
    }));
    const pixel = f.value(args.pixels.plus(band.start.times(args.width).times(PIXEL_BYTES)));
    const end = f.value(args.pixels.plus(band.end.times(args.width).times(PIXEL_BYTES)));
    const shareAt = f.value(args.shares.plus(band.start.times(args.width).times(4)));
    f.while(pixel.less(end), () => {
      const amount = f.value(shareAt.load("f32"));
      const colour = [0, 1, 2].map((c) => f.value(pixel.load("f32", 4 * c)));
      const moved = colour.map((channel) => f.value(channel));
      for (const { direction, first, density, table } of axes) {
        const [x, y, z] = direction;
        const along = f.value(colour[0]!.times(x!).plus(colour[1]!.times(y!)).plus(colour[2]!.times(z!)));
        const place = f.value(
          along
            .minus(first)
            .times(density)
            .max(0)
            .min(COLOUR_TABLE_LENGTH - 1.001),
        );
        const entry = f.value(place.toI32());
        const fraction = f.value(place.minus(entry.toF32()));
        const address = f.value(table.plus(entry.times(4)));
        const low = f.value(address.load("f32"));
        const mapped = low.plus(address.load("f32", 4).minus(low).times(fraction));
        const distance = f.value(mapped.minus(along).times(amount));
        moved.forEach((channel, c) => f.increase(channel, distance.times(direction[c]!)));
      }
      moved.forEach((channel, c) => f.store("f32", pixel, channel, 4 * c));
      f.increase(pixel, PIXEL_BYTES);
      f.increase(shareAt, 4);
    });
  },
);
