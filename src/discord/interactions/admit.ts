/** Whether somebody may have something done here and now: all of it asked before any work, by the router. */
import type { Bot } from "./bot.ts";
import type { Needs } from "./handler.ts";
import { assertMayAnswer, assertMayPost, assertMayWork } from "./permissions.ts";
import type { Repliable } from "./reply.ts";
import { assertWelcome } from "../server/house-rules.ts";

const nothing = (): void => undefined;

/**
 * @param justLooks nothing is begun yet, so that nobody's turn is waited for
 * @returns to be called when what was asked for is in the queue, or came to nothing
 * @throws UserError that says who can change it
 */
export async function admit(
  { store, allowances }: Pick<Bot, "store" | "allowances">,
  interaction: Repliable,
  needs: Needs,
  input: unknown,
  justLooks: boolean,
): Promise<() => void> {
  if (!interaction.inCachedGuild()) {
    // No server has a say here; what one person may have in the queue is asked there.
    assertMayAnswer(interaction);
    return nothing;
  }
  const { right, place } = needs;
  const settings = await assertWelcome(store, interaction, right);
  if (place === "work") assertMayWork(interaction);
  if (place === "post") assertMayPost(interaction);
  const pictures = needs.pictures?.(input);
  if (pictures === undefined) return nothing;
  if (!justLooks) return allowances.enter(interaction, settings, pictures);
  await allowances.assertRoom(interaction, settings, pictures);
  return nothing;
}
