/** What `/stylize` and `/paint` do: paint a picture in the style of another, or in one that has a name. */
import type { CacheType } from "discord.js";

import { blendOf, type Weighed } from "../src/blend.ts";
import type { Call, ModalHandler } from "../src/discord/interactions/handler.ts";
import { filledIn, type FilledForm, type Values } from "../src/discord/interactions/filled-form.ts";
import type { Repliable } from "../src/discord/interactions/reply.ts";
import { submitPair } from "../src/discord/interactions/submit.ts";
import { parseWeights } from "../src/blend-weights.ts";
import { serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import type { Held } from "../src/discord/intake/intake.ts";
import { findNamedStyles } from "../src/discord/styles/named-styles.ts";
import { stylizeWords as words } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { formAgain, offerAgain, sentAgain } from "./again.ts";
import { paintingSettings, type PaintingSettings, STYLE_FIELDS } from "./painting-options.ts";

export interface PaintInput {
  readonly content: Held;
  /** A picture, or what styles were called, and how much each weighs. */
  readonly style: Held | readonly Weighed<{ readonly name: string }>[];
  readonly settings: PaintingSettings;
}

/** @throws UserError that says which of what was filled in cannot be used */
export function paintInput({ values, uploads }: FilledForm): PaintInput {
  const { content, style } = uploads;
  const named = namesIn(values);
  // Of a client that asks for less than it was told to.
  if (!content) throw new UserError("no-content", words.noContent);
  if (!style && named.length === 0) throw new UserError("no-style", words.noStyle);
  const weights = parseWeights(values["weights"] as string | undefined, Math.max(1, named.length));
  const styles = named.map((name, n) => ({ name, weight: weights[n]! }));
  return { content, style: styles.length === 0 ? style! : styles, settings: paintingSettings(values) };
}

/** What styles were called; `and_too` may be there without `and`. */
const namesIn = (values: Values): readonly string[] =>
  STYLE_FIELDS.map((field) => String(values[field] ?? "").trim()).filter((name) => name !== "");

export async function paintPair(
  { interaction, bot, reply }: Call<Repliable>,
  { content, style, settings }: PaintInput,
): Promise<void> {
  const { guildId, user } = interaction;
  const userId = user.id;
  const request = { ...settings, guildId, userId, size: bot.config.RESULT_SIZE, parentId: null };
  if ("heldAs" in style) {
    await submitPair(bot, reply, { ...request, description: null }, { content, style });
    return;
  }
  const named = await findNamedStyles(bot, { guildId: serverIdOf(interaction), userId }, style);
  const { style: first, blend } = blendOf(
    named.map(({ picture, description, weight }) => ({ picture, description, weight })),
  );
  const { picture, description } = first;
  // In a blend somebody's words are those of their style alone.
  const own = { ...request, description: blend ? null : description };
  await submitPair(bot, reply, own, { content, style: picture }, blend && { ...blend, description });
}

export const offerPaintAgain = offerAgain("paint-again", filledIn);

export const paintAgain: ModalHandler<unknown, CacheType> = {
  kind: "modal",
  everywhere: true,
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },
  offerAgain: offerAgain("paint-again", sentAgain),

  parse: () => null,

  run: (call) => paintPair(call, paintInput(formAgain(call.interaction, call.bot))),
};
