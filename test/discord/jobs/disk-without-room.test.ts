/** A disk that fills while a picture is painted: people are told, and all goes on by itself when there is room. */
import { describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { results, textOf, whispers } from "../studio.ts";
import { useStudioOnTinyDisk } from "../studio-on-tiny-disk.ts";

const disk = useStudioOnTinyDisk();

describe.skipIf(disk === null)("a disk that fills while a picture is painted (needs mount)", () => {
  it("holds the job, says so, and lets it go on by itself", async () => {
    const { studio, fill, makeRoom } = disk!;
    const { discord, general, running } = studio;
    const stop = running.bot.queue.subscribe(({ type }) => {
      if (type !== "started") return;
      stop();
      fill();
    });
    const inputs = { content: await landscape("house.png", 128, 96), style: await waves() };
    const call = await discord.member("ada").slash(general, "stylize", { ...inputs, variant: "inst" });
    const card = (): string => (call.response ? textOf(call.response) : "");
    const what = "the card to say that the disk is full";
    await discord.waitFor(() => card().includes("My disk is full, so I wait"), { what });

    const linus = discord.member("linus");
    await linus.slash(general, "stylize", { ...inputs, variant: "inst" });
    await discord.waitFor(() => whispers(discord, linus.id)[0]?.includes("disk is full"), {
      what: "a refusal in words",
    });

    makeRoom();
    await discord.waitFor(() => card().includes("Done"), { what: "the job to go on by itself" });
    expect(results(discord, call.response!.id)).toHaveLength(1);
    expect(card()).not.toContain("disk is full");
  });
});
