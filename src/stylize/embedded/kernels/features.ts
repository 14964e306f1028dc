/**
 * Patch features: the low frequencies of the two-dimensional DCT-II of a patch and a guidance number at its centre, as
 * 16-bit integers. Lightness u+v <= 5 (21 coefficients), a and b u+v <= 2 (6 each). The transform is orthonormal, so the
 * squared distance of two features is the squared distance of the low-passed patches; divided by the patch's side it is
 * per pixel. To that comes the squared difference of the guidance.
 */
import type { Expression } from "../wasm/expression.ts";
import type { FunctionBuilder, Local } from "../wasm/module-builder.ts";
import { defineKernel, PIXEL_BYTES } from "./kernel.ts";

/** Frequencies per axis that lightness and chroma keep. */
const LIGHTNESS_ORDER = 6;
const CHROMA_ORDER = 3;

/** i16 numbers per patch, and their bytes: five SIMD registers, the last numbers unused and zero. */
export const FEATURE_LENGTH = 40;
const COEFFICIENTS = (LIGHTNESS_ORDER * (LIGHTNESS_ORDER + 1)) / 2 + CHROMA_ORDER * (CHROMA_ORDER + 1);
export const FEATURE_BYTES = 2 * FEATURE_LENGTH;

/** A query's features and those of its mirror image. */
export const QUERY_BYTES = 2 * FEATURE_BYTES;

/** Integer units per unit of lightness: the largest difference still fits 16 bits. */
export const FEATURE_SCALE = 8192;
const FEATURE_LIMIT = 16_000;

/** Planes of horizontally transformed pixels: L of order 0..5, a of 0..2, b of 0..2. */
export const ROW_PLANES = LIGHTNESS_ORDER + 2 * CHROMA_ORDER;

/** Bytes of one row of the basis table: the orders 0..5 at one sample, each in four lanes. */
const BASIS_ROW_BYTES = LIGHTNESS_ORDER * 16;

/** Floats of a basis table for patches of side `size`. */
export const basisLength = (size: number): number => (size * BASIS_ROW_BYTES) / 4;

/** The orthonormal DCT-II basis times `scale`, laid out as `[sample][order][lane]`; orders beyond `size` are zero. */
export function fillBasis(table: Float32Array, size: number, scale: number): void {
  for (let order = 0; order < LIGHTNESS_ORDER; order++) {
    const norm = order >= size ? 0 : scale * Math.sqrt((order === 0 ? 1 : 2) / size);
    for (let i = 0; i < size; i++) {
      const value = norm * Math.cos((Math.PI * (i + 0.5) * order) / size);
      table.fill(value, 4 * (i * LIGHTNESS_ORDER + order), 4 * (i * LIGHTNESS_ORDER + order + 1));
    }
  }
}

/** Interleaved pixels to three planes. */
export const splitPlanes = defineKernel(
  "splitPlanes",
  { pixels: "i32", planes: "i32", planeBytes: "i32", width: "i32", height: "i32" },
  ({ f, args, share }) => {
    const rows = share(args.height);
    f.for(rows.start.times(args.width), rows.end.times(args.width), (i) => {
      const pixel = f.value(args.pixels.plus(i.times(PIXEL_BYTES)));
      const target = f.value(args.planes.plus(i.times(4)));
      for (const channel of [0, 1, 2]) {
        f.store("f32", target.plus(args.planeBytes.times(channel)), pixel.load("f32", 4 * channel));
      }
    });
  },
);

/** Transforms the rows of three planes into `ROW_PLANES` planes of the same layout, four pixels at a time. */
export const transformRows = defineKernel(
  "transformRows",
  { planes: "i32", planeBytes: "i32", target: "i32", width: "i32", height: "i32", size: "i32", basis: "i32" },
  ({ f, args, share }) => {
    const rows = share(args.height);
    const columns = f.value(args.width.minus(args.size).plus(1));
    f.for(rows.start, rows.end, (y) => {
      for (const channel of [0, 1, 2]) {
        const orders = channel === 0 ? LIGHTNESS_ORDER : CHROMA_ORDER;
        const first = channel === 0 ? 0 : LIGHTNESS_ORDER + (channel - 1) * CHROMA_ORDER;
        const row = f.value(y.times(args.width));
        f.for(
          0,
          columns,
          (x) => {
            const offset = f.value(row.plus(x).times(4));
            const source = f.value(args.planes.plus(args.planeBytes.times(channel)).plus(offset));
            const sums = Array.from({ length: orders }, () => f.variable("v128", 0));
            const basis = f.value(args.basis);
            f.for(0, args.size, (i) => {
              const pixels = f.value(source.plus(i.times(4)).load("v128"));
              sums.forEach((sum, order) => f.increase(sum, pixels.times(basis.load("v128", 16 * order))));
              f.increase(basis, BASIS_ROW_BYTES);
            });
            sums.forEach((sum, order) => {
              f.store("v128", args.target.plus(args.planeBytes.times(first + order)).plus(offset), sum);
            });
          },
          4,
        );
      }
    });
  },
);

/**
 * Transforms the columns below four neighbouring pixels and hands each quantised coefficient (four i32 lanes) to `emit`.
 * `corner` is the address of the patches' top row in plane 0.
 */
function transformColumns(
  f: FunctionBuilder,
  args: { planeBytes: Local; width: Local; size: Local; basis: Local },
  corner: Expression,
  emit: (coefficient: number, horizontalOrder: number, lanes: Local) => void,
): void {
  let coefficient = 0;
  for (let plane = 0; plane < ROW_PLANES; plane++) {
    const isLightness = plane < LIGHTNESS_ORDER;
    const horizontal = isLightness ? plane : (plane - LIGHTNESS_ORDER) % CHROMA_ORDER;
    const orders = (isLightness ? LIGHTNESS_ORDER : CHROMA_ORDER) - horizontal;
    const sums = Array.from({ length: orders }, () => f.variable("v128", 0));
    const source = f.value(corner.plus(args.planeBytes.times(plane)));
    const basis = f.value(args.basis);
    f.for(0, args.size, () => {
      const pixels = f.value(source.load("v128"));
      sums.forEach((sum, order) => f.increase(sum, pixels.times(basis.load("v128", 16 * order))));
      f.increase(source, args.width.times(4));
      f.increase(basis, BASIS_ROW_BYTES);
    });
    for (const sum of sums) {
      emit(coefficient++, horizontal, f.value(sum.max(-FEATURE_LIMIT).min(FEATURE_LIMIT).roundLanes()));
    }
  }
}

/** Hands the guidance at the centres of four neighbouring patches to `emit`, and zeros for the numbers that are left. */
function readGuide(
  f: FunctionBuilder,
  args: { guide: Local; width: Local; size: Local },
  corner: Expression,
  emit: (number: number, lanes: Local) => void,
): void {
  const half = f.value(args.size.shiftRight(1));
  const values = args.guide.plus(corner).plus(half.times(args.width).plus(half).times(4)).load("v128");
  emit(COEFFICIENTS, f.value(values.max(-FEATURE_LIMIT).min(FEATURE_LIMIT).roundLanes()));
  const zero = f.variable("v128", 0);
  for (let rest = COEFFICIENTS + 1; rest < FEATURE_LENGTH; rest++) emit(rest, zero);
}

/** The features of every patch of the style on a grid of `stride`. */
export const bankFeatures = defineKernel(
  "bankFeatures",
  {
    target: "i32",
    planeBytes: "i32",
    width: "i32",
    size: "i32",
    basis: "i32",
    /** one guidance number per pixel of the picture, in the unit of the features */
    guide: "i32",
    stride: "i32",
    columns: "i32",
    rows: "i32",
    features: "i32",
  },
  ({ f, args, share }) => {
    const band = share(args.rows);
    const pixels = f.value(args.columns.minus(1).times(args.stride).plus(1));
    f.for(band.start, band.end, (row) => {
      f.for(
        0,
        pixels,
        (x) => {
          const offset = f.value(row.times(args.stride).times(args.width).plus(x).times(4));
          // Lanes that fall beside the grid or behind its end are written to the slack behind the bank.
          const slack = f.value(args.columns.times(args.rows).times(FEATURE_BYTES));
          const places = [0, 1, 2, 3].map((lane) => {
            const at = f.value(x.plus(lane));
            const column = f.value(at.over(args.stride));
            const inside = f.value(column.times(args.stride).equals(at).and(column.less(args.columns)));
            const plain = row.times(args.columns).plus(column).times(FEATURE_BYTES);
            return f.value(args.features.plus(inside.choose(plain, slack)));
          });
          const store = (coefficient: number, lanes: Local): void =>
            places.forEach((place, lane) => f.store("i16", place, lanes.i32Lane(lane), 2 * coefficient));
          transformColumns(f, args, f.value(args.target.plus(offset)), (coefficient, _, lanes) =>
            store(coefficient, lanes),
          );
          readGuide(f, args, offset, store);
        },
        4,
      );
    });
  },
);

/**
 * The features of the patches of a picture at the crossings of `xs` (`columns`) and `ys` (`rows`), each followed by those
 * of its mirror image: mirroring flips the sign of the odd horizontal orders. Comparing a mirrored query with the style
 * is comparing the query with the mirrored style, whose features need not be kept.
 */
export const queryFeatures = defineKernel(
  "queryFeatures",
  {
    target: "i32",
    planeBytes: "i32",
    width: "i32",
    size: "i32",
    basis: "i32",
    guide: "i32",
    xs: "i32",
    ys: "i32",
    columns: "i32",
    rows: "i32",
    features: "i32",
  },
  ({ f, args, share }) => {
    const band = share(args.rows);
    f.for(band.start, band.end, (row) => {
      const y = f.value(args.ys.plus(row.times(4)).load("i32"));
      f.for(0, args.columns, (column) => {
        const x = f.value(args.xs.plus(column.times(4)).load("i32"));
        const offset = f.value(y.times(args.width).plus(x).times(4));
        const place = f.value(args.features.plus(row.times(args.columns).plus(column).times(QUERY_BYTES)));
        const store = (coefficient: number, horizontalOrder: number, lanes: Local): void => {
          const value = f.value(lanes.i32Lane(0));
          f.store("i16", place, value, 2 * coefficient);
          const flipped = horizontalOrder % 2 === 0 ? value : value.times(-1);
          f.store("i16", place, flipped, FEATURE_BYTES + 2 * coefficient);
        };
        transformColumns(f, args, f.value(args.target.plus(offset)), store);
        readGuide(f, args, offset, (coefficient, lanes) => store(coefficient, 0, lanes));
      });
    });
  },
);
