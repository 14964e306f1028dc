/** Stable Diffusion in the bot: a tiny pipeline behind the real bot, its engine in a process of its own. */
import type { InteractionCall } from "@atelier/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { openStudio, results, type Studio, stylized, textOf } from "../studio.ts";
import { whileEngineStands } from "../still-engine.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio(
    { ENGINE: "diffusion", RESULT_SIZE: "192", STEP_CACHE: "tgate" },
    { checkpoints: { "tiny-v1": "tiny-v1", taesd: "tiny-taesd" } },
  );
});

afterAll(() => studio.close());

const inputs = async () => ({ content: await landscape(), style: await waves() });

describe("/stylize by Stable Diffusion", () => {
  it("paints by the description, shows previews, and says by which guidance and in how many steps", async () => {
    const { discord, general } = studio;
    const showsPreview = ({ response }: InteractionCall): boolean =>
      discord.edits(response?.id ?? "").some(({ body }) => /preview at step \d+ of 50/.test(JSON.stringify(body)));
    const wishes = { ...(await inputs()), variant: "prompt", seed: 7, steps: 50, strength: 1 };
    const call = await whileEngineStands(
      studio,
      ({ type }) => type === "preview",
      () => discord.member("ada").slash(general, "stylize", wishes),
      (begun) => discord.waitFor(() => showsPreview(begun), { what: "a preview" }),
    );
    const result = await stylized(studio, call);
    expect(textOf(result)).toMatch(
      /diffusion engine · seed 7 · strength 1\.00 · 50 steps · guidance 7 · step cache tgate · [\d.]+\u00A0(?:s|min)/,
    );
    expect(result.attachments[0]).toMatchObject({ filename: "house-as-waves.png", width: 192, height: 128 });
    expect(showsPreview(call)).toBe(true);
  });

  it("paints again from a button, with the style image in it", async () => {
    const { discord, general } = studio;
    const thread = discord.threads(general)[0]!.id;
    const [first] = results(discord, thread);
    await discord.member("ada").press(first!, "With style image");
    const again = await discord.waitFor(() => results(discord, thread)[1], { what: "a second one" });
    expect(textOf(again)).toMatch(/\*\*Style image \+ description\*\*/);
    expect(textOf(again)).toMatch(/diffusion engine .* steps · guidance 7 · style by \w+ ·/);
    // Shared attention takes features over at every step.
    expect(textOf(again)).not.toContain("step cache");
  });

  it("has nothing to guide towards in InST without a learned token", async () => {
    const { discord, general } = studio;
    const call = await discord.member("grace").slash(general, "stylize", { ...(await inputs()), variant: "inst" });
    const said = textOf(await stylized(studio, call));
    expect(said).toMatch(/\*\*InST\*\*\n.*diffusion engine/);
    expect(said).not.toContain("guidance");
  });
});
