import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { Client, DiscordAPIError } from "discord.js";
import pino from "pino";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";

import { OpenReplies } from "../../../src/discord/interactions/open-replies.ts";
import { Deliveries } from "../../../src/discord/messages/deliveries.ts";
import { noticeView } from "../../../src/discord/messages/components.ts";
import { openStore, type Store } from "../../../src/store/store.ts";

const log = pino({ level: "silent" });
const view = noticeView("hello");

let folder: string;
let store: Store;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-replies-"));
  store = await openStore(folder);
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

afterEach(() => {
  vi.useRealTimers();
});

const refused = (code: number) =>
  new DiscordAPIError({ code, message: "refused" }, code, 400, "PATCH", "/webhooks/1/token", {});

function useReplies() {
  const replies = new OpenReplies({
    client: new Client({ intents: [] }),
    store,
    deliveries: new Deliveries({ log }),
    log,
    botToken: "",
  });
  /** A reply that refuses its words with each of these, then takes them. */
  const add = async (messageId: string, ...refusals: Error[]): Promise<void> => {
    const interaction = { id: `interaction ${messageId}`, token: "token", guildId: null };
    const show = async (): Promise<void> => {
      const refusal = refusals.shift();
      if (refusal) throw refusal;
    };
    await replies.remember(interaction, { messageId, show, remove: () => Promise.resolve() });
  };
  return { replies, add };
}

it("a reply is edited through its interaction, again and again, also after a fault", async () => {
  const { replies, add } = useReplies();
  await add("1", refused(50_035));
  expect(await replies.edit("2", view), "no reply").toBe(false);
  await expect(replies.edit("1", view)).rejects.toThrow("refused");
  expect(await replies.edit("1", view)).toBe(true);
  expect(await replies.edit("1", view)).toBe(true);
  replies.takenBack("interaction 1");
  expect(await replies.edit("1", view)).toBe(false);
});

it("a reply whose token is spent is edited like any message", async () => {
  const { replies, add } = useReplies();
  await add("1", refused(50_027));
  expect(await replies.edit("1", view)).toBe(false);
  expect(await replies.edit("1", view)).toBe(false);
});

it("a reply is let go a minute before Discord takes no words any more", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const { replies, add } = useReplies();
  await add("old");
  vi.advanceTimersByTime(10 * 60_000);
  await add("young");
  vi.advanceTimersByTime(4 * 60_000 + 1);
  expect(await replies.edit("old", view), "not purged yet").toBe(false);
  await add("new");
  expect(await Promise.all(["old", "young", "new"].map((id) => replies.edit(id, view)))).toEqual([false, true, true]);
});
