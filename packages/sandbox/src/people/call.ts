/** What a person gets back from using a command, a button, a menu or a modal. */
import type { APIMessage } from "discord.js";

import { CALLBACK, type Acknowledgement, type Interaction } from "../interactions/interaction.ts";
import { describe } from "../interactions/interactions.ts";
import type { Json } from "../json.ts";
import type { World } from "../world/world.ts";

/** A modal on somebody's screen. */
export interface ShownModal {
  readonly customId: string;
  readonly title: string;
  /** As the bot sent it. */
  readonly json: Json;
  readonly interaction: Interaction;
}

export class InteractionCall {
  readonly interaction: Interaction;
  /** The bot's answer; rejects when none came within three seconds. */
  readonly acknowledged: Promise<Acknowledgement>;
  /** The modal, when the answer was one; rejects when it was something else. */
  readonly modal: Promise<ShownModal>;
  readonly #serve: (messageId: string) => APIMessage | undefined;

  constructor(world: World, interaction: Interaction, serve: (messageId: string) => APIMessage | undefined) {
    this.interaction = interaction;
    this.#serve = serve;
    this.acknowledged = new Promise((resolve, reject) => {
      const stop = world.onChange((change) => {
        if (change.kind !== "interaction-changed" || change.interaction !== interaction) return;
        stop();
        if (interaction.acknowledged) resolve(interaction.acknowledged);
        else reject(new Error(`The application did not respond to ${describe(interaction)} within 3 seconds.`));
      });
    });
    this.modal = this.acknowledged.then(({ type }) => {
      if (type !== CALLBACK.modal || !interaction.modal)
        throw new Error(`The answer to ${describe(interaction)} was no modal but callback type ${type}.`);
      const { custom_id: customId, title } = interaction.modal;
      return { customId: String(customId), title: String(title), json: interaction.modal, interaction };
    });
    // Whoever does not wait for these must not be punished for their failure.
    this.acknowledged.catch(() => undefined);
    this.modal.catch(() => undefined);
  }

  /** The message that the interaction made or updated, as it is now. */
  get response(): APIMessage | undefined {
    const { originalId } = this.interaction;
    return originalId === null ? undefined : this.#serve(originalId);
  }
}
