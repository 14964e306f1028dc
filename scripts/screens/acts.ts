/** What members do before the page is photographed: acts of the sandbox's people, and waiting for what comes of them. */
import type { DiscordSandbox, InteractionCall, Person } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";

/** A picture on a busy machine takes its time. */
const timeoutMs = 300_000;

const says = (message: APIMessage, words: string): boolean => JSON.stringify(message.components ?? []).includes(words);

/** The first message of a place that holds some words and was not there before. */
export const found = (discord: DiscordSandbox, channelId: string, words: string, after = 0): Promise<APIMessage> =>
  discord.waitFor(() => discord.messages(channelId).filter((message) => says(message, words))[after], {
    timeoutMs,
    what: words,
  });

/** The answer to a command or a press, once it shows some words. */
export const answered = (discord: DiscordSandbox, call: InteractionCall, words: string): Promise<APIMessage> =>
  discord.waitFor(() => call.response && says(call.response, words) && call.response, { timeoutMs, what: words });

/** The result of a command that makes a card with a thread under it. */
export async function resultOf(discord: DiscordSandbox, call: InteractionCall): Promise<APIMessage> {
  const card = await answered(discord, call, "Done in");
  return found(discord, card.id, "More…");
}

/** *More…* under a result, as one person sees it. */
export async function moreOf(discord: DiscordSandbox, person: Person, result: APIMessage): Promise<APIMessage> {
  return answered(discord, await person.press(result, "More…"), "Edit prompt");
}

/** The pictures of a blind comparison, once they can be voted for. */
export async function blindPictures(discord: DiscordSandbox, channelId: string): Promise<readonly APIMessage[]> {
  const letters = (): APIMessage[] =>
    discord.messages(channelId).filter((message) => /### [ABC]\b/.test(JSON.stringify(message.components)));
  await discord.waitFor(
    () => letters().length === 3 && letters().every(({ reactions }) => (reactions?.length ?? 0) === 3),
    { timeoutMs: 3 * timeoutMs, what: "A, B and C with their medals" },
  );
  return letters();
}

/** What the bot says to one person alone, once it shows some words. */
export const whispered = (discord: DiscordSandbox, person: Person, words: string): Promise<APIMessage> =>
  discord.waitFor(() => person.ephemerals().findLast((message) => says(message, words)), { timeoutMs, what: words });
