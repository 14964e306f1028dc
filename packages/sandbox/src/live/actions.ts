/** What a person does on the page: `POST /sandbox/*`, done by the same people that tests use. */
import type { Hono } from "hono";
import type { HttpBindings } from "@hono/node-server";

import { isLocale, type Locale } from "../../page/locales.js";
import { CALLBACK } from "../interactions/interaction.ts";
import { type Json, asArray, asObject, asString, textOf } from "../json.ts";
import type { UploadedFile } from "../messages/uploads.ts";
import type { InteractionCall, ShownModal } from "../people/call.ts";
import type { FieldValues } from "../people/fields.ts";
import type { OptionValues } from "../people/options.ts";
import type { MessageRef, Person } from "../people/person.ts";
import { readBody } from "../rest/call.ts";
import { setPreferredLocale } from "../world/guilds.ts";
import type { World } from "../world/world.ts";

interface Act {
  readonly person: Person;
  readonly json: Json;
  /** By the field they were sent in: an option's name, a modal field's custom id. */
  readonly files: ReadonlyMap<string, readonly UploadedFile[]>;
}

type Deed = (act: Act) => Promise<Json | void>;

/** @param people by user id */
export function actionRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  world: World,
  people: ReadonlyMap<string, Person>,
): void {
  const modals = new Map<string, ShownModal>();

  /** Waits for the bot's answer, and says what became of it. */
  const answerOf = async (call: InteractionCall): Promise<Json> => {
    const { type, afterMs } = await call.acknowledged;
    if (type !== CALLBACK.modal) return { type, afterMs };
    const modal = await call.modal;
    modals.set(call.interaction.id, modal);
    return { type, afterMs, modal: { interaction_id: call.interaction.id, ...modal.json } };
  };

  const deeds: Readonly<Record<string, Deed>> = {
    slash: async ({ person, json, files }) => {
      const attached = Object.fromEntries([...files].map(([name, [file]]) => [name, file]));
      const options = { ...asObject(json["options"]), ...attached } as OptionValues;
      return answerOf(await person.slash(textOf(json["channel"]), textOf(json["command"]), options));
    },
    autocomplete: async ({ person, json }) => ({
      choices: await person.autocomplete(
        textOf(json["channel"]),
        textOf(json["command"]),
        textOf(json["option"]),
        textOf(json["text"]),
        asObject(json["options"]) as OptionValues,
      ),
    }),
    menu: async ({ person, json }) => answerOf(await person.messageCommand(refOf(json), textOf(json["command"]))),
    press: async ({ person, json }) =>
      answerOf(await person.press(refOf(json), textOf(json["control"]), asArray(json["values"]).map(textOf))),
    submit: async ({ person, json, files }) => {
      const modal = modals.get(textOf(json["interaction"]));
      if (!modal) throw new Error("This form is no longer open.");
      const values = { ...asObject(json["values"]), ...Object.fromEntries(files) } as FieldValues;
      return answerOf(await person.submit(modal, values));
    },
    react: ({ person, json }) =>
      json["on"] === false
        ? person.unreact(refOf(json), textOf(json["emoji"]))
        : person.react(refOf(json), textOf(json["emoji"])),
    "clear-reactions": ({ person, json }) => person.clearReactions(refOf(json), asString(json["emoji"])),
    say: async ({ person, json, files }) => {
      await person.say(textOf(json["channel"]), textOf(json["text"]), [...files.values()].flat());
    },
    delete: ({ person, json }) => person.deleteMessage(refOf(json)),
    dm: async ({ person }) => ({ channel: person.dmChannelId() }),
    "archive-thread": ({ person, json }) => person.archiveThread(textOf(json["channel"])),
    "unarchive-thread": ({ person, json }) => person.unarchiveThread(textOf(json["channel"])),
    "delete-thread": ({ person, json }) => person.deleteThread(textOf(json["channel"])),
    "join-thread": ({ person, json }) => person.joinThread(textOf(json["channel"])),
    language: async ({ person, json }) => {
      person.locale = localeOf(json);
    },
    "server-language": async ({ json }) => setPreferredLocale(world, world.guild, localeOf(json)),
    typing: ({ person, json }) => person.type(textOf(json["channel"])),
  };

  app.post("/sandbox/:deed", async (context) => {
    const deed = Object.hasOwn(deeds, context.req.param("deed")) ? deeds[context.req.param("deed")] : undefined;
    if (!deed) return context.json({ error: "There is no such action." }, 404);
    try {
      const { body, files } = await readBody(context, world.maxUploadBytes * 12);
      const json = asObject(body);
      const person = people.get(textOf(json["as"]));
      if (!person) throw new Error("Nobody of that id is here.");
      return context.json((await deed({ person, json, files: byField(files) })) ?? {});
    } catch (error) {
      return context.json({ error: error instanceof Error ? error.message : String(error) }, 400);
    }
  });
}

/** @throws Error */
function localeOf({ locale }: Json): Locale {
  if (!isLocale(locale)) throw new Error(`Discord has no language "${textOf(locale)}".`);
  return locale;
}

const refOf = (json: Json): MessageRef => ({ id: textOf(json["message"]), channel_id: textOf(json["channel"]) });

/** Files come as `field` or `field#2`, where a field takes several. */
function byField(files: ReadonlyMap<string, UploadedFile>): Map<string, UploadedFile[]> {
  const fields = new Map<string, UploadedFile[]>();
  for (const [name, file] of files) {
    const field = name.replace(/#\d+$/, "");
    fields.set(field, [...(fields.get(field) ?? []), file]);
  }
  return fields;
}
