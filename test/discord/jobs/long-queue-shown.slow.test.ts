/** A queue longer than anybody looks at: who is near is kept up to date, the others are left in peace until they are. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { COUNTED } from "../../../src/discord/wording/jobs.ts";
import type { EngineSupervisor } from "../../../src/engine/supervisor.ts";
import { pictureRef, queuedJob } from "../../jobs/requests.ts";
import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, textOf, whispers } from "../studio.ts";

const JOBS = COUNTED + 20;

let studio: Studio;
/** Where each job was asked for, in the order of the queue: nobody has these channels any more, so nothing is posted. */
const channels = Array.from({ length: JOBS }, (_, n) => String(10n ** 18n + BigInt(n)));
const ids: string[] = [];

beforeAll(async () => {
  studio = await openStudio({ JOBS_PER_GUILD: "100" });
  const { store } = studio.running.bot;
  const guildId = studio.discord.guild.id;
  const { sha256 } = await store.files.put((await landscape()).bytes);
  const picture = { ...pictureRef("house"), sha256 };
  for (const [n, channelId] of channels.entries()) {
    // The first one keeps the engine busy until it is stopped.
    const asked = { guildId, content: picture, style: picture, variant: "inst", size: n === 0 ? 768 : 64 } as const;
    const job = queuedJob({}, { ...asked, userId: `user ${n}`, replyTo: { channelId, messageId: channelId } });
    await store.jobs.insert(job, 0);
    await store.surfaces.create({ jobId: job.id, guildId, channelId, cardMessageId: channelId });
    ids.push(job.id);
  }
  await studio.restart();
});
afterAll(() => studio.close());

/** Places in the queue of the jobs whose channels were looked for. */
const lookedAfter = (): number[] =>
  channels.flatMap((id, n) => (studio.discord.requests.some(({ path }) => path.includes(id)) ? [n] : []));

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe.skipIf(process.platform === "win32")("a long queue (needs SIGSTOP)", () => {
  it("is shown as far as it is near, counted whole, and comes near when others go", async () => {
    const { discord, general, running } = studio;
    const { queue, presenter } = running.bot;
    process.kill((running.engine as EngineSupervisor).pid!, "SIGSTOP");
    await expect.poll(lookedAfter).toEqual(upTo(COUNTED + 1));

    const ada = discord.member("ada");
    await ada.slash(general, "queue");
    const listed = await discord.waitFor(() => whispers(discord, ada.id)[0], { what: "the answer to /queue" });
    expect(listed).toContain(`… and ${JOBS - 12} more`);

    const far = channels[COUNTED + 9]!;
    expect(await presenter.linkTo(ids[COUNTED + 9]!)).toBe(
      `https://discord.com/channels/${discord.guild.id}/${far}/${far}`,
    );

    const inputs = { content: await landscape(), style: await waves() };
    const call = await ada.slash(general, "stylize", { ...inputs, variant: "inst" });
    await discord.waitFor(() => textOf(call.response).includes(`At least ${COUNTED} pictures before yours`), {
      what: "the card of a newcomer",
    });
    expect(lookedAfter()).toEqual(upTo(COUNTED + 1));

    await queue.cancel(ids[1]!);
    await queue.cancel(ids[2]!);
    await expect.poll(lookedAfter).toEqual(upTo(COUNTED + 3));
    // One from the middle of nowhere.
    await queue.cancel(ids[JOBS - 1]!);
    await expect.poll(lookedAfter).toEqual([...upTo(COUNTED + 3), JOBS - 1]);

    for (const id of ids.slice(3, JOBS - 1)) await queue.cancel(id);
    await discord.waitFor(() => textOf(call.response).includes("You are next"), { what: "the newcomer to come near" });
  });
});
