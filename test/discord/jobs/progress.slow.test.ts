import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, stylized, textOf } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  // Large pictures, so that a job lasts.
  studio = await openStudio({ RESULT_SIZE: "512" });
});

afterAll(() => studio.close());

const inputs = async () => ({
  content: await landscape("house.png", 640, 480),
  style: await waves("waves.jpg", 640, 480),
});

describe("the card of a job", () => {
  it("is edited at most once in 2 s, with the newest preview in place of the older one", async () => {
    const { discord, general } = studio;
    const call = await discord.member("ada").slash(general, "stylize", { ...(await inputs()), variant: "inst" });
    const result = await stylized(studio, call);

    const edits = discord.edits(call.response!.id);
    const gaps = edits.slice(1, -1).map(({ at }, n) => at - edits[n]!.at);
    for (const gap of gaps) expect(gap).toBeGreaterThan(1900);
    const bodies = edits.map(({ body }) => JSON.stringify(body["components"]));
    for (const [n, body] of bodies.entries()) expect(body).not.toBe(bodies[n - 1]);
    const withPreview = edits.filter(({ body }) => JSON.stringify(body).includes("attachment://preview.jpg"));
    expect(withPreview.length).toBeGreaterThan(0);
    for (const { body } of withPreview) {
      expect(body["attachments"], "content, style and one preview").toHaveLength(3);
      expect(JSON.stringify(body)).toMatch(/repainted in the style of waves: preview at step \d+ of \d+/);
      expect(JSON.stringify(body)).toMatch(/▰+▱*.+step \d+ of \d+/);
    }
    expect(call.response!.attachments.map(({ filename }) => filename)).toEqual([
      "content.jpg",
      "style.jpg",
      "result.jpg",
    ]);
    expect(discord.messages(result.channel_id).filter((message) => /Painting/.test(textOf(message)))).toEqual([]);
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
