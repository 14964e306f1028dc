/** A process that could not note where it talked of a job: the next one goes on there, and says nothing twice. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openStore } from "../../../src/store/store.ts";
import { landscape, waves } from "../pictures.ts";
import { ONCE, openStudio, results, type Studio, tally, textOf } from "../studio.ts";

const NO_MORE_THREADS = { route: "POST /channels/:id/messages/:id/threads", times: 1, status: 400, code: 160006 };
/** "The past few minutes", in which Discord drops a second message of the same nonce, are over. */
const AFTER_NONCES_MS = 6 * 60_000;

describe("a bot that restarts when nothing of a job's messages could be noted", () => {
  let studio: Studio;

  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(() => studio.close());

  /** Paints while the rows of messages cannot be changed, and restarts when the result stands. @returns the card's id */
  async function paintUnnoted(channel: string, placeOf: (cardId: string) => string): Promise<string> {
    const { discord, settings } = studio;
    const unnotable = sql`create trigger unnotable before update on surfaces begin select raise(fail, 'no'); end`;
    await unnotable.execute(studio.running.bot.store.db);
    const inputs = { content: await landscape("house.png", 128, 96), style: await waves() };
    const call = await discord.member("ada").slash(channel, "stylize", { ...inputs, variant: "image-prompt" });
    const { id } = await discord.waitFor(() => call.response, { what: "the card" });
    await discord.waitFor(() => results(discord, placeOf(id))[0], { what: "the result" });
    await studio.stopBot();
    const store = await openStore(settings.DATA_DIR!);
    await sql`drop trigger unnotable`.execute(store.db);
    await store.close();
    discord.advance(AFTER_NONCES_MS);
    return id;
  }

  const card = (channel: string, id: string) => studio.discord.messages(channel).find((message) => message.id === id);

  it("goes on in the channel, where no thread could be started", async () => {
    const { discord, general } = studio;
    discord.faults.add(NO_MORE_THREADS);
    const id = await paintUnnoted(general, () => general);
    await studio.restart();
    await discord.waitFor(() => textOf(card(general, id)).includes("Done"), { what: "the end" });
    expect(discord.threads(general)).toEqual([]);
    expect(tally(discord, general)).toEqual(ONCE);
  });

  it("goes on in the thread, though no other could be started now", async () => {
    const { discord } = studio;
    const gallery = discord.channel("gallery").id;
    const id = await paintUnnoted(gallery, (cardId) => cardId);
    discord.faults.add(NO_MORE_THREADS);
    await studio.restart();
    await discord.waitFor(() => textOf(card(gallery, id)).includes("Done"), { what: "the end" });
    expect(tally(discord, id)).toEqual(ONCE);
    expect(results(discord, gallery)).toEqual([]);
    discord.faults.clear();
  });
});
