/**
 * Schemas of the settings that lie beside weights. A setting that nobody here knows may make another network of the same
 * weights, so that it is refused by name, whatever it is, unless its value stands for nothing.
 */
import { z } from "zod";

import { excerpt } from "../errors.ts";

/**
 * Settings of which those in `known` are read, and those in `described` say nothing about what is computed (how it was
 * trained, who wrote it). Any other is refused unless it is neutral; names that begin with `_` are notes of libraries.
 */
export const settings = <Shape extends z.ZodRawShape>(known: Shape, described: readonly (string | RegExp)[] = []) =>
  z.looseObject(known).superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      if (Object.hasOwn(known, name) || name.startsWith("_") || isNeutral(value)) continue;
      if (described.some((one) => (typeof one === "string" ? one === name : one.test(name)))) continue;
      context.addIssue({ code: "custom", path: [name], message: `is ${shown(value)}, which is not supported` });
    }
  });

type Plain = string | number | boolean | null;

/** A setting that makes no difference at these values, and cannot be had at others; a list for every level may say it too. */
export const only = (...values: readonly Plain[]) =>
  z
    .unknown()
    .refine((given) => given === undefined || levelsOf(given).every((value) => values.includes(value as Plain)), {
      error: ({ input }) => `is ${shown(input)}; only ${values.map(shown).join(" or ")} is supported`,
    })
    .optional();

/** A whole number from 1, which some files repeat for every level. */
export const oneForAll = z.union([
  z.int().positive(),
  z
    .array(z.int().positive())
    .min(1)
    .refine((list) => new Set(list).size === 1, { error: "differs from level to level, which is not supported" })
    .transform((list) => list[0]!),
]);

/** What a library writes for a part that is not there. */
export const isNeutral = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (Array.isArray(value) && value.every((one) => one === null || one === false)) ||
  (typeof value === "object" && Object.keys(value).length === 0);

const levelsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) && value.length > 0 ? value : [value]);

/** A value as an error or a log may quote it; lists and objects may be of any depth. */
export const shown = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Array.isArray(value)
      ? "a list"
      : "an object"
    : excerpt(JSON.stringify(value), 40);
