/** Interaction callbacks, the original response and follow-ups. */
import { CALLBACK } from "../../interactions/interaction.ts";
import type { Json } from "../../json.ts";
import { messageJson } from "../../messages/wire.ts";
import { MESSAGE_FLAG, type Message } from "../../world/types.ts";
import type { RestCall } from "../call.ts";
import type { Services } from "../services.ts";

export function interactionRoutes({ router, world, cdn, interactions }: Services): void {
  const json = (message: Message): Json => messageJson(world, cdn, message);
  const open = { withoutToken: true };

  router.route(
    "POST",
    "/interactions/:interaction/:token/callback",
    async (call) => {
      const { interaction: id, token } = call.params;
      const { type, interaction, message } = await interactions.callback(id!, token!, call.json, call.files);
      if (call.query.get("with_response") !== "true") return undefined;
      const shown = [CALLBACK.message, CALLBACK.update].includes(type as 4) ? message : null;
      return {
        interaction: {
          id: interaction.id,
          type: interaction.type,
          ...(message && {
            response_message_id: message.id,
            response_message_loading: (message.flags & MESSAGE_FLAG.loading) !== 0,
            response_message_ephemeral: message.ephemeralFor !== null,
          }),
        },
        resource: {
          type,
          ...(shown && { message: json(shown) }),
        },
      };
    },
    open,
  );

  const interactionOf = ({ params }: RestCall) => interactions.byWebhook(params["application"]!, params["token"]!);
  const base = "/webhooks/:application/:token";
  router.route(
    "POST",
    base,
    async (call) => json(await interactions.followUp(interactionOf(call), call.json, call.files)),
    open,
  );
  router.route(
    "GET",
    `${base}/messages/:message`,
    (call) => json(interactions.messageOf(interactionOf(call), call.params["message"]!)),
    open,
  );
  router.route(
    "PATCH",
    `${base}/messages/:message`,
    async (call) =>
      json(await interactions.editResponse(interactionOf(call), call.params["message"]!, call.json, call.files)),
    open,
  );
  router.route(
    "DELETE",
    `${base}/messages/:message`,
    (call) => {
      interactions.deleteResponse(interactionOf(call), call.params["message"]!);
      return undefined;
    },
    open,
  );
}
