/** *Stylize this picture* and *Use as style* in the menu of a message, *Stylize avatar* in that of a person. */
import { ApplicationCommandType, type CacheType } from "discord.js";

import type { Upload } from "../src/discord/intake/downloads.ts";
import { findPicture } from "../src/discord/intake/message-picture.ts";
import type { MessageMenuHandler, UserMenuHandler } from "../src/discord/interactions/handler.ts";
import { pairModalWords as words } from "../src/discord/wording/commands.ts";
import { menuCommand, type NameIn } from "../src/discord/interactions/localised.ts";
import { UserError } from "../src/errors.ts";
import type { PictureRole } from "../src/images/refusals.ts";
import { askFor } from "./picture-modal.ts";

/** Pixels; the largest that Discord has. */
const AVATAR_SIDE = 1024;

/** A command on the picture of a message. @param asks for which picture it asks then */
const onPicture = (name: NameIn<"menu">, asks: PictureRole): MessageMenuHandler<Upload, CacheType> => ({
  kind: "message-menu",
  everywhere: true,
  data: menuCommand(name, ApplicationCommandType.Message),
  acknowledge: "none",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse({ targetMessage }) {
    const picture = findPicture(targetMessage);
    if (!picture) throw new UserError("no-picture", words.noPicture);
    return picture;
  },

  run: (call, picture) => askFor(asks, picture, call),
});

export const stylizeThis = onPicture("stylize-this", "style");
export const useAsStyle = onPicture("use-as-style", "content");

export const stylizeAvatar: UserMenuHandler<Upload> = {
  kind: "user-menu",
  everywhere: true,
  data: menuCommand("stylize-avatar", ApplicationCommandType.User),
  acknowledge: "none",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse({ targetUser, targetMember }) {
    // Somebody may have one of their own in a server.
    const shown = targetMember && "displayAvatarURL" in targetMember ? targetMember : targetUser;
    const url = shown.displayAvatarURL({ extension: "png", forceStatic: true, size: AVATAR_SIDE });
    return { url, size: 0, name: targetUser.displayName };
  },

  run: (call, picture) => askFor("style", picture, call),
};
