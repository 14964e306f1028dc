/** One of the two sides of a comparison: sources of the engine, and what it is asked for. */
import { createHash } from "node:crypto";

import { UserError } from "../errors.ts";
import { DEFAULT_SETTINGS, SETTING_BOUNDS, type StylizeSettings } from "../painting.ts";
import { VARIANTS, type Variant } from "../variant.ts";
import type { EngineSources } from "./engine-sources.ts";
import type { Pair } from "./pairs.ts";
import type { PictureFile } from "./picture-folder.ts";

/** What the engine is asked for besides the two pictures. Settings that are not named are the engine's own. */
export interface Asked {
  readonly variant: Variant;
  readonly settings: Partial<StylizeSettings> & Pick<StylizeSettings, "seed" | "size" | "strength">;
}

export interface Side extends Asked {
  readonly name: string;
  readonly sources: EngineSources;
}

/** One picture to be painted. */
export interface Order extends Asked {
  readonly pair: Pair<PictureFile>;
}

/** The name of a painted picture's file, without ending: it differs wherever the picture may. */
export function keyOf({ fingerprint }: EngineSources, { variant, settings, pair: { content, style } }: Order): string {
  const sorted = Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const all = JSON.stringify([fingerprint, variant, sorted, content.sha256, style.sha256]);
  return `${content.name}--${style.name}--${createHash("sha256").update(all).digest("hex").slice(0, 12)}`;
}

/**
 * What is asked when one of `KEY=VALUE` is different: `variant`, or any setting of the engine.
 *
 * @throws UserError for a key that there is not, or a value that it cannot have
 */
export function askedWith(asked: Asked, changes: readonly string[]): Asked {
  let { variant, settings } = asked;
  for (const change of changes) {
    const [key, ...rest] = change.split("=");
    const value = rest.join("=");
    const refuse = (why: string): never => {
      throw new UserError("no-such-setting", `--with ${change}: ${why}`);
    };
    if (rest.length === 0 || value === "") refuse("write KEY=VALUE, as in strength=0.3.");
    if (key === "variant") {
      variant = VARIANTS.find((name) => name === value) ?? refuse(`variants are ${VARIANTS.join(", ")}.`);
    } else {
      const names = Object.keys({ ...DEFAULT_SETTINGS, ...settings });
      if (!names.includes(key!)) refuse(`settings are ${["variant", ...names].join(", ")}.`);
      settings = { ...settings, [key!]: valueOf(key!, value, refuse) };
    }
  }
  return { variant, settings };
}

function valueOf(key: string, text: string, refuse: (why: string) => never): unknown {
  const usual: unknown = DEFAULT_SETTINGS[key as keyof typeof DEFAULT_SETTINGS];
  const bounds = Object.entries(SETTING_BOUNDS).find(([name]) => name === key)?.[1];
  if (bounds) {
    const value = Number(text);
    if (!(value >= bounds[0] && value <= bounds[1])) refuse(`it goes from ${bounds[0]} to ${bounds[1]}.`);
    return value;
  }
  if (typeof usual !== "boolean") return text;
  return text === "true" || (text === "false" ? false : refuse("it is true or false."));
}
