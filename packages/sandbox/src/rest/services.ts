/** What the routes work on. */
import type { Cdn } from "../cdn.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Commands } from "../interactions/commands.ts";
import type { Interactions } from "../interactions/interactions.ts";
import type { World } from "../world/world.ts";
import type { RestRouter } from "./router.ts";

export interface Services {
  readonly router: RestRouter;
  readonly world: World;
  readonly cdn: Cdn;
  readonly gateway: Gateway;
  readonly commands: Commands;
  readonly interactions: Interactions;
}
