/** Whether Discord still takes this bot: what cannot heal is told once, in words, instead of being waited out. */
import { type Client, Events, RESTEvents, Routes } from "discord.js";

import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { isUnauthorised } from "./discord-error.ts";
import { login } from "./wording/login.ts";

/**
 * Calls `end` when Discord will not have the bot any more: the gateway closed with a code that discord.js does not come
 * back from, or REST refuses the token. Call before the client logs in; until it is ready, REST is left to `connect`.
 */
export function watchAccess(client: Client, log: Logger, end: (verdict: UserError) => void): void {
  client.on(Events.ShardDisconnect, ({ code }) => end(new UserError("access-lost", login.closed(code))));
  client.once(Events.ClientReady, (ready) => watchToken(ready, log, end));
}

/** One 401 makes discord.js forget the token for good, whether Discord meant it or not: so it is asked again. */
function watchToken({ rest, token }: Client<true>, log: Logger, end: (verdict: UserError) => void): void {
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      await rest.get(Routes.user());
      log.warn("Discord refused the bot's token, and takes it again");
    } catch (error) {
      if (isUnauthorised(error)) end(new UserError("access-lost", login.reset, { cause: error }));
      else log.warn({ err: error }, "Discord refused the bot's token, and cannot be asked about it");
    } finally {
      isAsking = false;
    }
  };
  rest.on(RESTEvents.Response, ({ data }, { status }) => {
    if (status !== 401 || data.auth === false) return;
    // discord.js forgets it right after it has told of the answer.
    setImmediate(() => {
      rest.setToken(token);
      void ask();
    });
  });
}
