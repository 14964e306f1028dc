/** What `/stylize` and `/paint` do: paint a picture in the style of another, or in one that has a name. */
import type { CacheType } from "discord.js";

import type { Call, ModalHandler } from "../src/discord/interactions/handler.ts";
import { filledIn, type FilledForm } from "../src/discord/interactions/filled-form.ts";
import type { Repliable } from "../src/discord/interactions/reply.ts";
import { submitPair } from "../src/discord/interactions/submit.ts";
import { serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import type { Held } from "../src/discord/intake/intake.ts";
import { findNamedStyle } from "../src/discord/styles/named-styles.ts";
import { stylizeWords as words } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { formAgain, offerAgain, sentAgain } from "./again.ts";
import { paintingSettings, type PaintingSettings } from "./painting-options.ts";

export interface PaintInput {
  readonly content: Held;
  /** A picture, or what a style was called. */
  readonly style: Held | string;
  readonly settings: PaintingSettings;
}

/** @throws UserError that says which of what was filled in cannot be used */
export function paintInput({ values, uploads }: FilledForm): PaintInput {
  const { content, style } = uploads;
  const named = values["with"];
  // Of a client that asks for less than it was told to.
  if (!content) throw new UserError("no-content", words.noContent);
  if (!style && named === undefined) throw new UserError("no-style", words.noStyle);
  return { content, style: named === undefined ? style! : String(named), settings: paintingSettings(values) };
}

export async function paintPair(
  { interaction, bot, reply }: Call<Repliable>,
  { content, style, settings }: PaintInput,
): Promise<void> {
  const { guildId, user } = interaction;
  const userId = user.id;
  const scope = { guildId: serverIdOf(interaction), userId };
  const { picture, description } =
    typeof style === "string" ? await findNamedStyle(bot, scope, style) : { picture: style, description: null };
  const request = { ...settings, guildId, userId, description, size: bot.config.RESULT_SIZE, parentId: null };
  await submitPair(bot, reply, request, { content, style: picture });
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
