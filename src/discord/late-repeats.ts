/** Keeps discord.js from sending a message again by itself when Discord may have forgotten that it has it. */
import { DefaultRestOptions, type RESTOptions } from "discord.js";

import { mayBeForgotten } from "./messages/nonce.ts";
import { type Moment, momentNow } from "../moment.ts";

type MakeRequest = RESTOptions["makeRequest"];

const isMessage = (url: string, method: string | undefined): boolean =>
  method === "POST" && /\/channels\/\d+\/messages$/.test(url);

/**
 * Sends as discord.js does, which repeats what was not answered or answered with 5xx. Where much time has passed since the
 * first try (the machine slept), a repeated message fails as a broken line does: whoever posts it looks for it first.
 */
export function refuseLateRepeats(send: MakeRequest = DefaultRestOptions.makeRequest): MakeRequest {
  /** All tries of a request have one object of headers. */
  const firstTried = new WeakMap<object, Moment>();
  return (url, init) => {
    const { headers, method } = init;
    if (!isMessage(url, method) || typeof headers !== "object" || headers === null) return send(url, init);
    const first = firstTried.get(headers) ?? momentNow();
    firstTried.set(headers, first);
    if (mayBeForgotten(first)) {
      const late = new Error("too late to send a message again without looking for it");
      return Promise.reject(Object.assign(late, { code: "ETIMEDOUT" }));
    }
    return send(url, init);
  };
}
