/** `/study make`: a server has pictures painted for a study of its own, through the real engine. */
import type { InteractionCall, Person } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { surveysMadeOf } from "../../../src/store/erasing/erase-surveys.ts";
import { VARIANTS } from "../../../src/variant.ts";
import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, type Studio, textOf, whispers } from "../studio.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio({ RESULT_SIZE: "64" });
});
afterAll(() => studio.close());

const ada = (): Person => studio.discord.member("ada");
const store = () => studio.running.bot.store;
const studies = () => store().surveys.list(studio.discord.guild.id);
const now = ({ id }: Pick<APIMessage, "id">): APIMessage =>
  studio.discord.messages(studio.general).find((message) => message.id === id)!;

const says = (call: InteractionCall, words: string): Promise<APIMessage> =>
  studio.discord.waitFor(() => (textOf(call.response).includes(words) ? call.response : undefined), {
    what: `an answer that says ${words}`,
  });

const make = async (inputs: object = {}): Promise<InteractionCall> =>
  ada().slash(studio.general, "study make", {
    content: await landscape("house.png", 64, 48),
    second: await waves(),
    styles: "ink",
    name: "Two pictures",
    ...inputs,
  });

async function refusal(inputs: object, words: string, who = ada()): Promise<void> {
  const picture = await landscape("house.png", 64, 48);
  await who.slash(studio.general, "study make", { content: picture, styles: "ink", ...inputs });
  await studio.discord.waitFor(() => whispers(studio.discord, who.id).some((said) => said.includes(words)), {
    what: `a refusal that says ${words}`,
  });
}

describe("/study make", () => {
  it("is refused before any work where it makes no study", async () => {
    await refusal({ styles: "ink, mosaic" }, "manage this server", studio.discord.member("grace"));
    await refusal({}, "a study needs two at least");
    await refusal({ styles: " , " }, "Name at least one style");
    await refusal({ styles: "a,b,c,d,e,f,g" }, "Name 6 styles at most");
    await refusal({ styles: "ink, crayon" }, "crayon");
    await refusal({ second: await landscape("again.png", 64, 48) }, "are the same picture");
    expect(await studies()).toEqual([]);
    expect(await store().db.selectFrom("pictures").select("sha256").execute()).toEqual([]);
  });

  it("completes the styles that are named last", async () => {
    const choices = await ada().autocomplete(studio.general, "study make", "styles", "ink, wood");
    expect(choices).toEqual([{ name: "ink, woodcut", value: "ink, woodcut" }]);
  });

  it("paints every pair behind what members wait for, goes on after a restart, and invites then", async () => {
    const call = await make();
    const card = await says(call, "is being painted");
    expect(textOf(card)).toContain("of 6");
    await refusal({ second: await waves() }, "is being painted in this server already");
    const { bot } = studio.running;
    const [study] = await studies();
    expect(study).toMatchObject({ state: "painting", made: true, run: "Two pictures" });
    const unpainted = () => store().paintedSurveys.left(study!.id);
    // Not before, and not more at once than are easily called off.
    await expect.poll(async () => (await unpainted()).length).toBeLessThan(6);
    const inQueue = await bot.queue.snapshot();
    expect(inQueue.jobs.every(({ request }) => request.background)).toBe(true);
    expect(inQueue.jobs.length).toBeLessThanOrEqual(4);
    await studio.restart();
    await studio.discord.waitFor(() => hasButton(now(card), "Take part"), { what: "an invitation" });
    expect(textOf(now(card))).toContain("over 2 pairs");
    expect(await unpainted()).toEqual([]);
    const pairs = await store().surveys.pairs(study!.id);
    expect(pairs.map(({ content, style }) => [content.name, style.name])).toEqual([
      ["house.png", "ink"],
      [expect.any(String), "ink"],
    ]);
    for (const { pictures, face } of pairs) {
      expect(face).toBe(false);
      for (const variant of VARIANTS) expect(await store().files.has(pictures[variant])).toBe(true);
    }
    // What was painted for it is no picture of its manager's.
    expect(await store().jobs.painted(ada().id, studio.discord.guild.id, { limit: 9 })).toEqual([]);
    const panel = await studio.discord.member("grace").press(now(card), "Take part");
    await says(panel, "Before you begin");
    const { closesAt, createdAt } = (await studies())[0]!;
    expect(closesAt - createdAt).toBeGreaterThan(14 * 86_400_000);
  });

  it("goes, with everybody's answers, when whoever gave the pictures is forgotten", async () => {
    const [study] = await studies();
    const card = now({ id: study!.messageId });
    const { done } = await studio.running.bot.erasing.forget({ userId: ada().id, guildId: null });
    await done;
    expect(await studies()).toEqual([]);
    expect(await surveysMadeOf(store().db, ada().id, null)).toEqual([]);
    await studio.discord.waitFor(() => now(card) === undefined, { what: "the invitation to be taken off" });
    await expect.poll(() => store().db.selectFrom("pictures").select("sha256").execute()).toEqual([]);
  });

  it("leaves nothing when it is stopped", async () => {
    const call = await make({ name: "Stopped" });
    const card = await says(call, "is being painted");
    await ada().press(card, "Stop");
    await studio.discord.waitFor(() => textOf(now(card)).includes("was stopped"), { what: "its end" });
    await expect.poll(studies).toEqual([]);
    await expect.poll(async () => (await studio.running.bot.queue.snapshot()).jobs).toEqual([]);
  });

  it("opens without the pairs that could not be painted, and says why where too few are left", async () => {
    const { bot } = studio.running;
    const stop = bot.queue.subscribe(({ type, job }) => {
      if (type === "started" && job.request.content.name.startsWith("waves")) void bot.queue.cancel(job.id);
    });
    const call = await make({ name: "Broken", styles: "ink, mosaic" });
    const card = await says(call, "is being painted");
    await studio.discord.waitFor(() => hasButton(now(card), "Take part"), { what: "an invitation" });
    expect(textOf(now(card))).toContain("over 2 pairs");
    await ada().slash(studio.general, "study close", {});
    const few = await says(await make({ name: "Few" }), "is being painted");
    await studio.discord.waitFor(() => textOf(now(few)).includes("could not be painted"), { what: "its end" });
    stop();
    await expect.poll(async () => (await studies()).map(({ run }) => run)).toEqual(["Broken"]);
  });
});
