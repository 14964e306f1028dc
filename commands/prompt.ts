/** The words that people add to, or put in place of, a description. */
import { LabelBuilder, TextInputBuilder, TextInputStyle } from "discord.js";

import type { Values } from "../src/discord/interactions/filled-form.ts";
import { promptTooLong } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";

export const PROMPT_LENGTH = 2000;

/** `null` for nothing but blanks. @throws UserError `prompt-too-long`: not every client keeps to the limit it was given */
export function checkedPrompt(text: string | null): string | null {
  const words = text?.trim() ?? "";
  if (words.length > PROMPT_LENGTH) throw new UserError("prompt-too-long", promptTooLong(words.length, PROMPT_LENGTH));
  return words === "" ? null : words;
}

/** The field of a form in which people may give such words. @param value what stands in it already */
export function promptField(label: string, value: Values[string] = ""): LabelBuilder {
  const input = new TextInputBuilder()
    .setCustomId("prompt")
    .setStyle(TextInputStyle.Paragraph)
    .setMaxLength(PROMPT_LENGTH)
    .setRequired(false);
  if (value !== "") input.setValue(String(value).slice(0, PROMPT_LENGTH));
  return new LabelBuilder().setLabel(label).setTextInputComponent(input);
}
