/** HD from *More…* under a result: a picture beside those that are judged, from which everything else goes on at the original. */
import type { InteractionCall } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { whileEngineStands } from "../still-engine.ts";
import { openStudio, pressMore, results, type Studio, stylized, textOf, whispers } from "../studio.ts";

describe.each([
  ["embedded", {}, 96, /embedded engine/],
  ["diffusion", { checkpoints: { "tiny-v1": "tiny-v1" } }, 64, /diffusion engine .*style by attention/],
] as const)("HD by the engine %s", (engine, options, size, by) => {
  let studio: Studio;
  let result: APIMessage;
  let hd: APIMessage;

  beforeAll(async () => {
    studio = await openStudio({ ENGINE: engine, RESULT_SIZE: String(size), JOBS_PER_USER: "1" }, options);
    const pair = { content: await landscape(), style: await waves(), seed: 42, variant: "image-prompt" };
    result = await stylized(studio, await studio.discord.member("ada").slash(studio.general, "stylize", pair));
  });
  afterAll(() => studio.close());

  const shown = () => results(studio.discord, result.channel_id);
  const next = async (act: () => Promise<unknown>): Promise<APIMessage> => {
    const before = shown().length;
    await act();
    return studio.discord.waitFor(() => shown()[before], { what: "another result" });
  };
  const more = (on: APIMessage, label: string) => pressMore(studio.discord, studio.discord.member("grace"), on, label);
  const inPixels = ({ attachments: [file] }: APIMessage): string => `${file!.width} × ${file!.height}`;
  const twice = ({ attachments: [file] }: APIMessage): string => `${2 * file!.width!} × ${2 * file!.height!}`;

  /** *HD* on a picture, and its card while the engine stands. */
  const begun = (work: (card: APIMessage) => Promise<unknown>): Promise<InteractionCall> =>
    whileEngineStands(
      studio,
      ({ type }) => type === "preview",
      () => more(result, `HD, ${twice(result)}`),
      async (call) => {
        const { response } = call;
        await work(await studio.discord.waitFor(() => call.response ?? response, { what: "the card" }));
      },
    );
  const whispered = (words: RegExp) => {
    const { discord } = studio;
    return discord.waitFor(() => whispers(discord, discord.member("grace").id).some((said) => words.test(said)), {
      what: `a word like ${words}`,
    });
  };

  it("says how large it will be, shows how it comes along, and counts as a picture", async () => {
    const { discord } = studio;
    hd = await next(() =>
      begun(async (card) => {
        const text = () =>
          discord
            .edits(card.id)
            .map(({ body }) => JSON.stringify(body))
            .join();
        await discord.waitFor(() => /house, repainted in the style of waves, in HD: preview at step/.test(text()));
        expect(text()).toContain("**HD**: the same picture, larger and finer");
        await discord.member("grace").press(result, "Again");
        await whispered(/There will be room/);
      }),
    );
    expect(inPixels(hd)).toBe(twice(result));
    expect(textOf(hd)).toContain(`here it is in **HD**, ${twice(result)}: **house** in the style of **waves**`);
    expect(textOf(hd)).toMatch(by);
    expect(textOf(hd)).toContain("seed 42");
    expect(hd.attachments[0]).toMatchObject({ filename: "house-as-waves-hd.png" });
    expect(hd.attachments[0]!.description).toContain("house, repainted in the style of waves, in HD");
    expect(hd.mentions.map(({ id }) => id)).toEqual([discord.member("grace").id]);
  });

  it("is not judged: its medals are those of the picture that it shows larger", async () => {
    const { bot } = studio.running;
    await bot.votes.idle();
    expect(await bot.store.votes.judged(hd.id)).toBeNull();
    expect(await bot.store.votes.judged(result.id)).not.toBeNull();
    const panel = await more(hd, "My ballot");
    await expect.poll(() => textOf(panel.response)).toContain("Your ballot on this pair");
  });

  it("paints another way from the original pair at its own size", async () => {
    const again = await next(() => studio.discord.member("ada").press(hd, "Again"));
    expect(inPixels(again)).toBe(inPixels(result));
    expect(textOf(again)).toMatch(/here it is: \*\*house\*\*/);
    const other = await next(() => studio.discord.member("ada").press(hd, "Description only"));
    expect(textOf(other)).toContain("seed 42");
    const jobs = await studio.running.bot.store.db.selectFrom("jobs").select("content_sha256").execute();
    expect(new Set(jobs.map(({ content_sha256: sha256 }) => sha256)).size, "the pair's content, and HD's").toBe(2);
  });

  it("is stopped by Cancel", async () => {
    const { discord } = studio;
    const stopped = await begun((card) => discord.member("grace").press(card, "Cancel"));
    await expect.poll(() => textOf(stopped.response)).toContain("Stopped before");
  });

  // Whatever the engine, the queue takes it up.
  it.runIf(engine === "embedded")("is painted when the bot was restarted while it was", async () => {
    const after = await next(async () => {
      await begun(() => Promise.resolve());
      await studio.restart();
    });
    expect(inPixels(after)).toBe(twice(result));
  });
});
