import { ButtonStyle } from "discord.js";
import { expect, it } from "vitest";

import { commands } from "../../../commands/index.ts";
import type { Commands } from "../../../src/discord/interactions/handler.ts";
import { press } from "../../../src/discord/messages/components.ts";
import { customId } from "../../../src/discord/messages/custom-id.ts";

// What is expected of the compiler here `npm run types` checks.
it("lets nobody draw a button or a modal that has no handler", () => {
  const { rerun: _rerun, ...buttons } = commands.buttons;
  // @ts-expect-error: nobody answers `rerun`
  const withoutButton: Commands = { ...commands, buttons };
  const { "stylize-this": _modal, ...modals } = commands.modals;
  // @ts-expect-error: nobody answers `stylize-this`
  const withoutModal: Commands = { ...commands, modals };
  // @ts-expect-error: a button's handler answers no modal
  const swapped: Commands = { ...commands, modals: { ...modals, "stylize-this": commands.buttons.rerun } };
  expect([withoutButton, withoutModal, swapped]).toHaveLength(3);

  // @ts-expect-error: there is no such button
  expect(press("upscale", "Larger", ButtonStyle.Secondary).toJSON()).toMatchObject({ custom_id: "upscale" });
  // @ts-expect-error: nor such a modal
  expect(customId("upscale", "1")).toBe("upscale:1");
  expect(press("cancel", "Cancel", ButtonStyle.Secondary, "1").toJSON()).toMatchObject({ custom_id: "cancel:1" });
});

it("offers every form again that painting is asked for with, where it is refused", () => {
  const forms = [...commands.handlers.filter(({ kind }) => kind === "slash"), ...Object.values(commands.modals)];
  const painting = forms.filter(({ needs }) => needs?.right === "paint");
  expect(painting.length).toBeGreaterThan(8);
  expect(painting.filter((form) => !("offerAgain" in form))).toEqual([]);
});
