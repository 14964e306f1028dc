/** The style paths that `/compare` can be given in place of the variants: read, offered, and looked at before there is work. */
import type { AutocompleteInteraction } from "discord.js";

import { UserError } from "../../errors.ts";
import { installedImageAdapter } from "../../image-adapter-folder.ts";
import { IMAGE_ADAPTERS, type ImageAdapterPath, STYLE_PATHS, type UsedStylePath, waysOf } from "../../painting.ts";
import { LETTERS } from "../../votes/comparison.ts";
import { comparedPaths as words } from "../wording/votes.ts";
import type { Bot } from "./bot.ts";
import { completeList } from "./complete-list.ts";

const PATHS: readonly UsedStylePath[] = STYLE_PATHS.filter((path) => path !== "auto");
const FEWEST = 2;

const namesIn = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== "");

/**
 * Style paths as people write them: `token, attention, adapter`.
 *
 * @throws UserError `compared-paths` when one is unknown or there twice, or there are too few or too many
 */
export function parsePaths(text: string): readonly UsedStylePath[] {
  const names = namesIn(text);
  const unknown = names.find((name) => !(PATHS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new UserError("compared-paths", words.unknown(unknown, PATHS));
  if (new Set(names).size < names.length) throw new UserError("compared-paths", words.twice);
  if (names.length < FEWEST || names.length > LETTERS.length)
    throw new UserError("compared-paths", words.howMany(FEWEST, LETTERS.length));
  return names as UsedStylePath[];
}

/**
 * That the engine can paint by all of them here.
 *
 * @throws UserError when it knows no style paths or lacks weights for one, or no token was learned for the style
 */
export async function expectPaths(
  bot: Pick<Bot, "config" | "tasks" | "store">,
  paths: readonly UsedStylePath[],
  of: { readonly guildId: string; readonly styleSha256: string },
): Promise<void> {
  expectPathsKnown(bot);
  for (const { adapter } of paths.map(waysOf)) if (adapter) await installedImageAdapter(bot.config.MODELS_DIR, adapter);
  if (paths.some((path) => waysOf(path).token) && !(await bot.store.styles.tokenFor(of.guildId, of.styleSha256)))
    throw new UserError("style-not-learned", words.notLearned);
}

/** @throws UserError `paths-need-diffusion` */
export function expectPathsKnown({ tasks }: Pick<Bot, "tasks">): void {
  if (tasks.info?.stylizer === "embedded") throw new UserError("paths-need-diffusion", words.needsDiffusion);
}

/** Completes the last path that is typed by those that can be painted here and are not named yet. */
export async function pathChoices(
  interaction: AutocompleteInteraction<"cached">,
  { config, tasks, store }: Pick<Bot, "config" | "tasks" | "store">,
): Promise<{ name: string; value: string }[]> {
  if (tasks.info?.stylizer === "embedded") return [];
  const text = interaction.options.getFocused();
  const named = namesIn(text.slice(0, text.lastIndexOf(",") + 1));
  const missing = new Set<ImageAdapterPath>();
  for (const adapter of IMAGE_ADAPTERS)
    await installedImageAdapter(config.MODELS_DIR, adapter).catch(() => missing.add(adapter));
  const hasToken = (await store.styles.search(interaction.guildId, "", 25)).some(({ tokenSha256 }) => tokenSha256);
  const offered = PATHS.filter((path) => {
    const { adapter, token } = waysOf(path);
    return !named.includes(path) && (adapter === null || !missing.has(adapter)) && (hasToken || !token);
  });
  return completeList(text, named.length < LETTERS.length ? offered : []);
}
