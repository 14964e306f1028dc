/** Drafts, LoRA and what the buttons make of them: a tiny pipeline behind the real bot, with LoRA over it. */
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, results, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;
let draft: APIMessage;

beforeAll(async () => {
  studio = await openStudio(
    { ENGINE: "diffusion", RESULT_SIZE: "64" },
    {
      checkpoints: {
        "tiny-v1": "tiny-v1",
        "lcm-lora-sd15/lora.safetensors": "tiny-v1/loras/kohya.safetensors",
        "loras/inkwash.safetensors": "tiny-v1/loras/peft.safetensors",
        "loras/woodcut.safetensors": "tiny-v1/loras/diffusers.safetensors",
        "loras/broken.safetensors": "tiny-v2/loras/peft.safetensors",
      },
    },
  );
});
afterAll(() => studio.close());

const pair = async () => ({ content: await landscape(), style: await waves(), variant: "image-prompt", seed: 7 });

/** The next result in the thread of the first. */
async function pressed(label: string, on: APIMessage): Promise<APIMessage> {
  const { discord } = studio;
  const before = results(discord, draft.channel_id).length;
  await discord.member("ada").press(on, label);
  return discord.waitFor(() => results(discord, draft.channel_id)[before], { what: `the result of ${label}` });
}

describe("/stylize with a speed and LoRA", () => {
  it("completes the name of the last LoRA", async () => {
    const { discord, general } = studio;
    const offered = async (typed: string): Promise<readonly unknown[]> =>
      (await discord.member("ada").autocomplete(general, "stylize", "lora", typed)).map(({ name }) => name);
    expect(await offered("")).toEqual(["broken", "inkwash", "woodcut"]);
    expect(await offered("WOOD")).toEqual(["woodcut"]);
    expect(await offered("inkwash:0.8, w")).toEqual(["inkwash:0.8, woodcut", "inkwash:0.8, inkwash"]);
  });

  it("paints a draft first, and says so", async () => {
    const { discord, general } = studio;
    const wishes = { speed: "draft", lora: "inkwash:0.8, woodcut:-0.2" };
    draft = await stylized(
      studio,
      await discord.member("ada").slash(general, "stylize", { ...(await pair()), ...wishes }),
    );
    expect(textOf(draft)).toMatch(/a first draft of \*\*house\*\* in the style of \*\*waves\*\*/);
    expect(textOf(draft)).toMatch(
      /seed 7 · strength 0\.60 · draft · inkwash:0\.8 · woodcut:-0\.2 · 4 steps · guidance 1 · style by adain/,
    );
    expect(hasButton(draft, "Finish it")).toBe(true);
  });

  it("finishes it by the same seed and the same LoRA", async () => {
    const finished = await pressed("Finish it", draft);
    expect(textOf(finished)).toMatch(/here it is: \*\*house\*\*/);
    expect(textOf(finished)).toMatch(
      /seed 7 · strength 0\.60 · inkwash:0\.8 · woodcut:-0\.2 · 12 steps · guidance 7 · style by attention/,
    );
    expect(hasButton(finished, "Finish it")).toBe(false);
  });

  it("keeps both in a rerun", async () => {
    const again = await pressed("Again", draft);
    expect(textOf(again)).toMatch(/seed (?!7 )\d+ · strength 0\.60 · draft · inkwash:0\.8 · woodcut:-0\.2 · 4 steps/);
  });

  it("lets members judge pictures, not drafts", async () => {
    const { votes } = studio.running.bot.store;
    const [first, finished] = results(studio.discord, draft.channel_id);
    await expect.poll(() => votes.judged(finished!.id)).not.toBeNull();
    expect(await votes.judged(first!.id)).toBeNull();
  });

  it("refuses what is not there before it takes a picture in", async () => {
    const { discord, general } = studio;
    const grace = discord.member("grace");
    const refused = async (wishes: Readonly<Record<string, string | number>>): Promise<string> => {
      const before = whispers(discord, grace.id).length;
      await grace.slash(general, "stylize", { ...(await pair()), ...wishes });
      return discord.waitFor(() => whispers(discord, grace.id)[before], { what: "a refusal" });
    };
    expect(await refused({ lora: "pastel" })).toMatch(/no LoRA "pastel" here\. There are: broken, inkwash, woodcut\./);
    expect(await refused({ speed: "draft", steps: 30 })).toMatch(/A draft has steps and guidance of its own/);
    expect(await refused({ lora: "inkwash:9" })).toMatch(/a number from -2 to 2/);
  });

  it("says of a LoRA for another network that it is one", async () => {
    const { discord, general } = studio;
    const call = await discord.member("ada").slash(general, "stylize", { ...(await pair()), lora: "broken" });
    await discord.waitFor(() => textOf(call.response).includes("⚠️"), { what: "the card to say what is wrong" });
    expect(textOf(call.response)).toMatch(/The LoRA broken cannot be used: /);
  });
});
