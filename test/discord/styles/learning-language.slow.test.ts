/** Learning in a server that speaks German, asked for by a member who speaks French: in German, also after a restart. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { waves } from "../pictures.ts";
import { openStudio, type Studio, textOf } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({ ENGINE: "diffusion", RESULT_SIZE: "64" }, { checkpoints: { "tiny-v1": "tiny-v1" } });
});

afterAll(() => studio.close());

describe("/style learn in another language", () => {
  it("speaks to everybody in the server's", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    discord.setPreferredLocale("de");
    ada.locale = "fr";
    const call = await ada.slash(general, "style learn", { name: "Welle", image: await waves() });
    const thread = await discord.waitFor(() => discord.threads(general)[0], { what: "a thread" });
    expect(thread.name).toBe("Ich lerne Welle");
    const progress = (): string => discord.messages(thread.id).map(textOf).join("\n");
    const stepShown = (): number =>
      Number(/Schritt ([\d.]+) von höchstens/.exec(progress())?.[1]?.replace(".", "") ?? 0);
    await discord.waitFor(() => stepShown() >= 1, { what: "steps in German" });

    await studio.restart();
    const before = stepShown();
    await discord.waitFor(() => stepShown() > before, { what: "steps in German after the restart" });
    const card = () => discord.messages(general).find(({ id }) => id === call.response?.id);
    await ada.press(card()!, "Abbrechen");
    await discord.waitFor(() => textOf(card()).includes("🛑 Abgebrochen."), { what: "the end in German" });
    expect(textOf(card())).toContain("### 🎓 Ich lerne **Welle**");
  });
});
