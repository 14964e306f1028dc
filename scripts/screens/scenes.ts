/** Every screen that members meet, brought about by the sandbox's people with the samples that come along. */
import type { DiscordSandbox } from "@atelier/sandbox";

import { sample } from "../../src/cli/demo/samples.ts";
import { answered, blindPictures, found, moreOf, resultOf, whispered } from "./acts.ts";
import { opening, type Shot } from "./camera.ts";

type Scenes = Readonly<Record<string, Shot>>;

const at = (as: string, channelId: string, messageId: string, block: Shot["block"] = "start"): Shot => ({
  as,
  channelId,
  messageId,
  block,
});

/** A result, what can be done with it, refusals, `/styles` and `/history`. */
export async function paintedScenes(discord: DiscordSandbox): Promise<Scenes> {
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  const [general, gallery] = [discord.channel("general").id, discord.channel("gallery").id];
  const fox = await sample("content", "fox");
  const pair = { content: fox, style: await sample("style", "village"), seed: 7 };
  const broken = { ...fox, bytes: fox.bytes.subarray(0, fox.bytes.length / 2) };

  const result = await resultOf(discord, await ada.slash(general, "stylize", pair));
  for (const person of [ada, grace]) await person.react(result, "🥇");
  const thread = { as: "ada", channelId: general, threadId: result.channel_id };
  await resultOf(
    discord,
    await ada.slash(general, "paint", { content: await sample("content", "still-life"), with: "woodcut" }),
  );
  const panel = await moreOf(discord, ada, result);
  await ada.press(panel, /HD, \d+ × \d+/.exec(JSON.stringify(panel.components))![0]);
  const hd = await found(discord, result.channel_id, "in **HD**, ");

  await ada.slash(general, "stylize", { ...pair, content: broken, prompt: "calm, at dusk", speed: "normal" });
  const refusal = await whispered(discord, ada, "damaged");
  await ada.slash(general, "paint", { content: fox, with: "linocat" });
  const unknownStyle = await whispered(discord, ada, "linocat");

  const styles = await answered(discord, await ada.slash(gallery, "styles"), "Page 1");
  const history = await answered(discord, await ada.slash(gallery, "history"), "Your last pictures");
  return {
    result: { ...thread, messageId: result.id, block: "start" },
    more: { ...thread, messageId: panel.id, block: "end" },
    hd: { ...thread, messageId: hd.id, block: "start" },
    tweak: { ...thread, messageId: result.id, act: opening(result.id, "Tweak") },
    refusal: at("ada", general, refusal.id, "center"),
    "try-again": { ...at("ada", general, refusal.id, "center"), act: opening(refusal.id, "Try again") },
    "try-again-style": { ...at("ada", general, unknownStyle.id, "center"), act: opening(unknownStyle.id, "Try again") },
    styles: at("ada", gallery, styles.id),
    "paint-with": { ...at("ada", gallery, styles.id), act: opening(styles.id, "blueprint") },
    surprise: { ...at("ada", gallery, styles.id), act: opening(styles.id, "Surprise me") },
    history: at("ada", gallery, history.id),
  };
}

/** A blind comparison, from voting to the scores. */
export async function comparedScenes(discord: DiscordSandbox): Promise<Scenes> {
  const [ada, grace, linus] = [discord.member("ada"), discord.member("grace"), discord.member("linus")];
  const gallery = discord.channel("gallery").id;
  const compared = { content: await sample("content", "lighthouse"), style: await sample("style", "poster") };
  await grace.slash(gallery, "compare", compared);
  const judged = await blindPictures(discord, gallery);
  const sheet = await found(discord, gallery, "Reveal now");
  for (const [i, medal] of ["🥇", "🥈", "🥉"].entries()) await linus.react(judged[i]!, medal);
  const ballot = await answered(discord, await linus.press(sheet, "My ballot"), "ballot");
  await ada.react(judged[0]!, "🥇");
  await grace.press(sheet, "Reveal now");
  const revealed = await found(discord, gallery, "Style image + description");
  const scores = await answered(discord, await linus.slash(gallery, "scores show"), "Mean points");

  return {
    ballot: at("linus", gallery, ballot.id),
    revealed: at("ada", gallery, revealed.id),
    scores: at("ada", gallery, scores.id),
  };
}

/** What people are asked in a study. @param run name of a finished one among the bot's */
export async function studyScenes(discord: DiscordSandbox, run: string): Promise<Scenes> {
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  const [linus, mo] = [discord.member("linus"), discord.member("mo")];
  const general = discord.channel("general").id;
  const invited = await answered(discord, await ada.slash(general, "study start", { run, pairs: 2 }), "Take part");
  const consent = await answered(discord, await mo.press(invited, "Take part"), "I agree");
  const begun = await answered(discord, await grace.press(invited, "Take part"), "I agree");
  await grace.press(begun, "I agree, begin");
  await whispered(discord, grace, "-# 1 of");
  await grace.press(begun, "A");
  const ranking = await whispered(discord, grace, "And second best");
  const asked = await answered(discord, await linus.press(invited, "Take part"), "I agree");
  await linus.press(asked, "I agree, begin");
  // Two pairs, and one with the untouched picture among its three.
  for (const showing of [1, 2, 3]) {
    await whispered(discord, linus, `-# ${showing} of 3`);
    await linus.press(asked, "A");
    await whispered(discord, linus, "And second best");
    await linus.press(asked, "B");
  }
  const thanks = await whispered(discord, linus, "Thank you");
  const status = await answered(discord, await ada.slash(general, "study status"), "answers");
  const report = await answered(discord, await ada.slash(general, "study report"), "Report on");

  return {
    "study-invitation": at("mo", general, invited.id),
    "study-consent": at("mo", general, consent.id, "end"),
    "study-ranking": at("grace", general, ranking.id),
    "study-thanks": at("linus", general, thanks.id, "end"),
    "study-status": at("ada", general, status.id),
    "study-report": at("ada", general, report.id),
  };
}

/** Where the bot is no member, and in its direct messages. */
export async function outsideScenes(discord: DiscordSandbox): Promise<Scenes> {
  const ada = discord.member("ada");
  ada.hasApp = true;
  const elsewhere = discord.channel("general", discord.addGuildWithoutBot("Elsewhere").id).id;
  const group = discord.openPrivate(ada, discord.member("grace"), discord.member("linus"));
  const direct = ada.dmChannelId();
  const content = await sample("content", "fox");
  const pair = { content, style: await sample("style", "ink"), seed: 7 };

  const there = await answered(discord, await ada.slash(elsewhere, "stylize", pair), "More…");
  const panel = await moreOf(discord, ada, there);
  const inGroup = await answered(discord, await ada.slash(group, "paint", { content, with: "mosaic" }), "More…");
  await ada.slash(group, "paint", { content, with: "linocat" });
  const refusal = await whispered(discord, ada, "linocat");
  const history = await answered(discord, await ada.slash(group, "history"), "Your last pictures");
  await answered(discord, await ada.slash(direct, "paint", { content, with: "pastel" }), "Done in");
  const own = await found(discord, direct, "More…");
  return {
    "outside-server": { as: "ada", channelId: elsewhere, messageId: there.id, block: "start" },
    "outside-server-more": { as: "ada", channelId: elsewhere, messageId: panel.id },
    "outside-group": { as: "ada", channelId: group, messageId: inGroup.id, block: "start" },
    "outside-group-again": { as: "ada", channelId: group, act: opening(refusal.id, "Try again") },
    "outside-history": { as: "ada", channelId: group, messageId: history.id },
    direct: { as: "ada", channelId: direct, messageId: own.id, block: "start" },
  };
}

/** A style that is learned by heart. */
export async function learningScenes(discord: DiscordSandbox): Promise<Scenes> {
  const ada = discord.member("ada");
  const general = discord.channel("general").id;
  const image = await sample("style", "linocut");
  const card = await answered(
    discord,
    await ada.slash(general, "style learn", { name: "Red and black", image }),
    "Learning",
  );
  const thread = await discord.waitFor(() => discord.threads(general)[0], { what: "the thread of learning" });
  const sampled = await found(discord, thread.id, "sample.jpg");
  return {
    "learning-card": { as: "ada", channelId: general, messageId: card.id },
    learning: { as: "ada", channelId: general, threadId: thread.id, messageId: sampled.id },
  };
}
