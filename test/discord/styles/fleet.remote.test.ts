/** A bot whose work is done by workers: it holds no engine, describes and learns by theirs, and says when there are none. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { readConfig } from "../../../src/config.ts";
import { createLogger } from "../../../src/log.ts";
import type { Running } from "../../../src/until-stopped.ts";
import { startWorker } from "../../../src/worker.ts";
import { enginesOf } from "../../remote/children.ts";
import { newDatabase } from "../../remote/new-database.ts";
import { waves } from "../pictures.ts";
import { openStudio, type Studio, textOf, whispers } from "../studio.ts";

const postgres = inject("postgres");
describe.skipIf(postgres === null)("a bot with workers elsewhere (needs PostgreSQL)", () => {
  let studio: Studio;
  let worker: Running | null = null;

  beforeAll(async () => {
    const { url } = await newDatabase(postgres!);
    studio = await openStudio({ DATABASE_URL: url, QUEUE_URL: url });
  });

  afterAll(async () => {
    await worker?.close();
    await studio?.close();
  });

  const described = async (): Promise<string> => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const told = whispers(discord, ada.id).length;
    const call = await ada.slash(general, "style describe", { image: await waves() });
    const said = (): string => [textOf(call.response), ...whispers(discord, ada.id).slice(told)].join("\n");
    await discord.waitFor(() => /No machine|palette of/.test(said()), { what: "an answer" });
    return said();
  };

  it("holds no engine, and says that no machine is connected", async () => {
    expect(studio.running.engine).toBeNull();
    expect(await enginesOf(process.pid)).toEqual([]);
    expect(await described()).toContain("No machine that can look at pictures is connected just now");
    const { discord, general } = studio;
    const ada = discord.member("ada");
    await ada.slash(general, "style learn", { name: "Wave", image: await waves() });
    await expect
      .poll(() => whispers(discord, ada.id).join("\n"))
      .toContain("No machine that can learn is connected just now");
  });

  it("describes by a worker as soon as there is one", async () => {
    const { DATA_DIR: data } = studio.settings;
    const settings = { ...studio.settings, DATA_DIR: `${data}/machine`, PICTURES_URL: `file://${data}/pictures` };
    worker = await startWorker(readConfig(settings), createLogger("silent"));
    await expect.poll(() => studio.running.bot.tasks.info?.describer).toMatch(/^palette/);
    await expect.poll(described).toContain("palette of");
  });
});
