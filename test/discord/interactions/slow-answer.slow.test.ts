import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { ONCE, openStudio, type Studio, stylized, tally } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({}, { restTimeoutMs: 2500 });
});

afterAll(() => studio.close());

describe("an answer slower than the timeout", () => {
  it.each(["POST /channels/:id/messages", "PATCH /channels/:id/messages/:id"])(
    "posts nothing twice: %s",
    async (route) => {
      const { discord, general } = studio;
      // Handled at once, answered too late: discord.js sends it again.
      const slow = { route, times: 1, delayMs: 3500, afterHandling: true } as const;
      const undo = discord.faults.add(slow);
      const small = { content: await landscape(), style: await waves() };
      const call = await discord.member("ada").slash(general, "stylize", small);
      const result = await stylized(studio, call);
      undo();
      expect(tally(discord, result.channel_id)).toEqual(ONCE);
    },
    60_000,
  );
});
