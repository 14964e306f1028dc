import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "./pictures.ts";
import { ONCE, openStudio, type Studio, stylized, tally, textOf } from "./studio.ts";

let studio: Studio;

beforeAll(async () => {
  // A short REST timeout, so that a slow answer runs into it; large pictures, so that a job lasts.
  studio = await openStudio({ RESULT_SIZE: "640" }, { restTimeoutMs: 1500 });
});

afterAll(() => studio.close());

const inputs = async () => ({
  content: await landscape("house.png", 640, 480),
  style: await waves("waves.jpg", 640, 480),
});

describe("the progress message", () => {
  it("is edited in place, at most once in 3 s, with the newest preview in place of the older one", async () => {
    const { discord, general } = studio;
    const [ada, grace] = [discord.member("ada"), discord.member("grace")];
    // Two jobs: the second one waits for the first, and says so.
    const first = await ada.slash(general, "stylize", { ...(await inputs()), variant: "inst" });
    const second = await grace.slash(general, "stylize", { ...(await inputs()), variant: "inst" });
    const thread = await discord.waitFor(
      () => second.response && discord.messages(second.response.id).length > 1 && second.response.id,
    );
    const progress = discord.messages(thread).at(-1)!;
    await stylized(studio, first, 40_000);
    await stylized(studio, second, 40_000);

    const edits = discord.edits(progress.id);
    const gaps = edits.slice(1, -1).map(({ at }, n) => at - edits[n]!.at);
    for (const gap of gaps) expect(gap).toBeGreaterThan(2900);
    const bodies = edits.map(({ body }) => JSON.stringify(body["components"]));
    for (const [n, body] of bodies.entries()) expect(body).not.toBe(bodies[n - 1]);
    const withPreview = edits.filter(({ body }) => JSON.stringify(body).includes("attachment://preview.jpg"));
    expect(withPreview.length).toBeGreaterThan(0);
    for (const { body } of withPreview) {
      expect(body["attachments"]).toHaveLength(1);
      expect(JSON.stringify(body)).toMatch(/Preview at step \d+ of \d+/);
      expect(JSON.stringify(body)).toMatch(/▰+▱*.+step \d+ of \d+/);
    }
    const last = discord.messages(thread).find(({ id }) => id === progress.id)!;
    expect(textOf(last)).toContain("Painted in");
    expect(last.attachments).toEqual([]);
    expect(discord.messages(thread).filter((message) => /Painted|Painting/.test(textOf(message)))).toHaveLength(1);
  }, 60_000);

  it("shows the place in the queue and the time on the card", async () => {
    const { discord, general } = studio;
    const calls = [];
    for (const name of ["ada", "grace", "linus"] as const)
      calls.push(await discord.member(name).slash(general, "stylize", { ...(await inputs()), variant: "inst" }));
    const last = calls.at(-1)!;
    const card = await discord.waitFor(
      () => /pictures? before yours/.test(textOf(last.response)) && textOf(last.response),
    );
    expect(card).toMatch(/(2 pictures|One picture) before yours\. Yours begins <t:\d+:R>\./);
    for (const [n, call] of calls.entries()) {
      const card = await discord.waitFor(() => call.response, { what: "a card" });
      await discord.member((["ada", "grace", "linus"] as const)[n]!).press(card, "Cancel");
      await discord.waitFor(() => textOf(call.response).includes("Stopped"), { what: "the job to be stopped" });
    }
  });
});

describe("an answer slower than the timeout", () => {
  it.each(["POST /channels/:id/messages", "PATCH /channels/:id/messages/:id"])(
    "posts nothing twice: %s",
    async (route) => {
      const { discord, general } = studio;
      // Handled at once, answered too late: discord.js sends it again.
      const slow = { route, times: 3, delayMs: 2500, afterHandling: true } as const;
      const undo = discord.faults.add(slow);
      const small = { content: await landscape(), style: await waves() };
      const call = await discord.member("ada").slash(general, "stylize", small);
      const result = await stylized(studio, call, 40_000);
      undo();
      expect(tally(discord, result.channel_id)).toEqual(ONCE);
    },
    60_000,
  );
});
