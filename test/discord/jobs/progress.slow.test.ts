import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, stylized, textOf } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  // Large pictures, so that a job lasts.
  studio = await openStudio({ RESULT_SIZE: "1024" });
});

afterAll(() => studio.close());

const inputs = async () => ({
  content: await landscape("house.png", 640, 480),
  style: await waves("waves.jpg", 640, 480),
});

describe("the progress message", () => {
  it("is edited in place, at most once in 3 s, with the newest preview in place of the older one", async () => {
    const { discord, general } = studio;
    const call = await discord.member("ada").slash(general, "stylize", { ...(await inputs()), variant: "inst" });
    const result = await stylized(studio, call);
    const thread = result.channel_id;
    const progress = discord.messages(thread).at(-2)!;

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
  });

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
