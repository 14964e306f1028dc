/** The embedded engine of a checkout, which may be older than this file: no more is asked of it than every commit has. */
import path from "node:path";
import { pathToFileURL } from "node:url";

import type { StyleDescriber } from "../caption/describer.ts";
import { DEFAULT_SETTINGS, type StylizeSettings } from "../painting.ts";
import type { Stylizer } from "../stylize/stylizer.ts";
import { ENGINE } from "./engine-sources.ts";

export interface EngineOf {
  readonly stylizer: Stylizer;
  readonly describer: StyleDescriber;
  /** Of what this checkout knows and what that one knows, its own. */
  readonly defaults: Omit<StylizeSettings, "seed">;
}

/** @param root folder of the checkout */
export async function engineOf(root: string): Promise<EngineOf> {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(path.join(root, file)).href);
  const { EmbeddedStylizer } = (await load(ENGINE)) as { readonly EmbeddedStylizer: new () => Stylizer };
  const { PaletteDescriber } = (await load("src/caption/palette/palette-describer.ts")) as {
    readonly PaletteDescriber: new () => StyleDescriber;
  };
  const { DEFAULT_SETTINGS: itsOwn } = (await load("src/painting.ts").catch(() => ({ DEFAULT_SETTINGS: {} }))) as {
    readonly DEFAULT_SETTINGS: object;
  };
  return {
    stylizer: new EmbeddedStylizer(),
    describer: new PaletteDescriber(),
    defaults: { ...DEFAULT_SETTINGS, ...itsOwn },
  };
}
