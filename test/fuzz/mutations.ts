/** Valid inputs, damaged: a random input is refused by its first byte, one that was right gets to every corner. */
import fc from "fast-check";

/** Numbers at which readers go wrong. */
const EDGES = [
  0n,
  1n,
  7n,
  8n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  0x1_0000_0000n,
  2n ** 53n,
  2n ** 64n - 1n,
];

type Edit = (bytes: Buffer) => Buffer;

/** Any place; it is taken modulo the length. */
const place = fc.nat(0xffff);
const at = (bytes: Buffer, where: number): number => (bytes.length === 0 ? 0 : where % bytes.length);

/** `bytes` with what lies from `from` to `to` replaced. */
const spliced = (bytes: Buffer, from: number, to: number, between: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), between, bytes.subarray(to)]);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(([where, value]): Edit => (bytes) => {
    const changed = Buffer.from(bytes);
    changed[at(bytes, where)] = value;
    return changed;
  }),
  fc.tuple(place, fc.constantFrom(...EDGES), fc.constantFrom(2, 4, 8)).map(([where, value, width]): Edit => (bytes) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(value);
    const from = at(bytes, where);
    return spliced(bytes, from, Math.min(bytes.length, from + width), number.subarray(0, width));
  }),
  fc.tuple(place, fc.uint8Array({ maxLength: 12 })).map(([where, added]): Edit => (bytes) => {
    const from = at(bytes, where);
    return spliced(bytes, from, from, added);
  }),
  fc.tuple(place, fc.nat(64)).map(([where, length]): Edit => (bytes) => {
    const from = at(bytes, where);
    return spliced(bytes, from, Math.min(bytes.length, from + length), Buffer.alloc(0));
  }),
  fc.tuple(place, fc.nat(200), place, fc.nat(40)).map(([where, length, target, times]): Edit => (bytes) => {
    const from = at(bytes, where);
    const piece = bytes.subarray(from, from + length);
    const to = at(bytes, target);
    return spliced(bytes, to, to, Buffer.concat(Array.from({ length: times }, () => piece)));
  }),
  place.map(
    (length): Edit =>
      (bytes) =>
        bytes.subarray(0, at(bytes, length)),
  ),
);

/** One of the valid inputs with a few edits, sometimes with none. */
export const damaged = (valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(valid, fc.array(edit, { maxLength: 6 }))
    .map(([bytes, edits]) => edits.reduce((made, change) => change(made), bytes));

/** Values that no file should hold where others are expected. */
export const oddJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    -1,
    0.5,
    2 ** 53,
    1e308,
    -1e-300,
    "",
    "0",
    "fp32",
    [],
    {},
    [0],
    [[]],
  ),
  fc.constantFrom("__proto__", "constructor", "x".repeat(3000), "\u0000", "\ud800", "../..", "<@1> @everyone"),
  fc.integer(),
  fc.array(fc.integer({ min: -2, max: 2 ** 31 }), { maxLength: 10 }),
  fc.record({ toString: fc.constant(1), valueOf: fc.constant(1), length: fc.nat() }),
  fc.nat(500).map((depth) => nested(depth)),
  fc.jsonValue({ maxDepth: 3 }),
);

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

type Step = readonly [pick: number, value: unknown, how: "replace" | "remove" | "add"];
const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(999), oddJson, fc.constantFrom("replace", "remove", "add"));

/** JSON that was right, with some of its values replaced, removed or added, at any depth. */
export const damagedJson = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(valid, fc.array(step, { maxLength: 4 })).map(([value, steps]) =>
    steps.reduce((made: unknown, [pick, odd, how]) => {
      const copy = { root: structuredClone(made) };
      const places = placesOf(copy);
      const [holder, key] = places[pick % places.length]!;
      if (how === "remove" && holder !== copy) Reflect.deleteProperty(holder, key);
      else if (how === "add" && !Array.isArray(holder)) holder[`${key}${pick}`] = odd;
      else holder[key] = odd;
      return copy.root;
    }, value),
  );

type Holder = Record<string, unknown>;

/** Every place in a value that can be assigned; the deepest nesting that `oddJson` makes is left alone. */
function placesOf(root: object): (readonly [Holder, string])[] {
  const found: (readonly [Holder, string])[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || depth > 8) return;
    for (const [key, inner] of Object.entries(value)) {
      found.push([value as Holder, key]);
      visit(inner, depth + 1);
    }
  };
  visit(root, 0);
  return found;
}
