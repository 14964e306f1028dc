import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { EngineSupervisor } from "../../../src/engine/supervisor.ts";
import { landscape, waves } from "../pictures.ts";
import { ONCE, openStudio, results, type Studio, stylized, tally, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({ RESULT_SIZE: "192" });
});

afterAll(() => studio.close());

const inputs = async () => ({ content: await landscape("house.png", 256, 192), style: await waves() });

describe("an engine that is killed", () => {
  const kill = (): void => {
    const { pid } = studio.running.engine as EngineSupervisor;
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  };

  it.each(["captioning", "stylizing"] as const)(
    "once while %s: the job is done at the second attempt",
    async (state) => {
      const { discord, general, running } = studio;
      const style = await waves(`${state}.jpg`, 1700 + state.length, 1300);
      const call = await discord.member("ada").slash(general, "stylize", { ...(await inputs()), style });
      const { queue } = running.bot;
      await discord.waitFor(() => call.response?.attachments.length);
      for (let jobs = (await queue.snapshot()).jobs; jobs.length > 0; jobs = (await queue.snapshot()).jobs) {
        if (jobs[0]!.state === state) break;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      kill();
      const result = await stylized(studio, call);
      expect(tally(discord, result.channel_id)).toEqual(ONCE);
    },
    60_000,
  );

  it("again and again: the job fails in plain words, and the next one runs", async () => {
    const { discord, general, running } = studio;
    const done = running.bot.queue.subscribe((event) => {
      if (event.type === "progress" && event.step > 0 && event.job.request.userId === discord.member("ada").id) kill();
    });
    const call = await discord.member("ada").slash(general, "stylize", { ...(await inputs()), variant: "inst" });
    const failure = await stylized(studio, call);
    done();
    expect(failure.mentions).toHaveLength(1);
    expect(failure.attachments).toEqual([]);
    expect(textOf(failure)).toMatch(/⚠️ [A-Z].{20}/);
    expect(textOf(call.response)).toContain("⚠️");
    await studio.restart();
    await discord.member("ada").slash(general, "queue");
    const listed = await discord.waitFor(() => whispers(discord, discord.member("ada").id).at(-1), { what: "/queue" });
    expect(listed).toMatch(
      /### Yours that failed lately\n⚠️ house in the style of waves, <t:\d+:R>: The engine broke down 2/,
    );
    const thread = failure.channel_id;
    await discord.member("ada").press(failure, "Try again");
    await discord.waitFor(() => results(discord, thread)[1]?.attachments.length === 1, { what: "the second try" });
  });
});
