/**
 * A message as data: what it shows, ready to be sent, compared and sent again.
 *
 * Face of this room, from which everything goes out that the bot posts. A view is put together of `components.ts`;
 * `LiveMessage` keeps one up to date, a `Venue` knows the thread or channel it stands in, and `Deliveries` see to it that
 * what people have to hear gets through.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import {
  type APIMessageTopLevelComponent,
  type AttachmentPayload,
  type JSONEncodable,
  type MessageCreateOptions,
  type MessageEditOptions,
  MessageFlags,
} from "discord.js";

export interface ViewFile {
  /** Name within the message; components refer to it as `attachment://name`. */
  readonly name: string;
  /** The bytes, or the path of a file that is read when the message is sent. */
  readonly data: Buffer | string;
  /** Alt text, at most 1024 characters. */
  readonly alt: string;
  /** What tells this file's contents from another's. */
  readonly key: string;
  /** Sha256 of the members' pictures and of results that can be seen in it: these are looked at before it goes out. */
  readonly shows?: readonly string[];
  /** It was looked at when it was made, and is not for everybody. */
  readonly unsafe?: boolean;
  /** Something that was painted: servers may have these covered, whatever they show. */
  readonly isResult?: boolean;
  /** It is covered until somebody lifts the cover. */
  readonly isSpoiler?: boolean;
}

export interface View {
  /** Components V2, top level. */
  readonly components: readonly APIMessageTopLevelComponent[];
  readonly files: readonly ViewFile[];
  /** The one person whom this message notifies. */
  readonly pings?: string;
}

/** Makes of a view what may be shown in a channel (`null`: where no server has a say), as a last look before it is sent. */
export type Cover = (shown: View, channelId: string | null) => Promise<View>;

/** The view with other files in place of some, wherever components show them. */
export function replaceFiles(shown: View, others: ReadonlyMap<ViewFile, ViewFile>): View {
  const byUrl = new Map([...others].map(([{ name }, other]) => [urlOf(name), other]));
  const changed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, changed(inner)] as const);
    const other = "media" in value ? byUrl.get((value.media as { readonly url: string }).url) : undefined;
    if (!other) return Object.fromEntries(entries);
    const shows = { media: { url: urlOf(other.name) }, description: other.alt, spoiler: other.isSpoiler ?? false };
    return { ...Object.fromEntries(entries), ...shows };
  };
  return {
    ...shown,
    // Nothing but addresses, alt texts and covers is another.
    components: changed(shown.components) as View["components"],
    files: shown.files.map((file) => others.get(file) ?? file),
  };
}

const urlOf = (name: string): string => `attachment://${name}`;

export type Builder = JSONEncodable<APIMessageTopLevelComponent>;

export const view = (builders: readonly Builder[], files: readonly ViewFile[] = []): View => ({
  components: builders.map((builder) => builder.toJSON()),
  files,
});

/** Two views of the same fingerprint look the same. */
export const fingerprint = (shown: View): string =>
  JSON.stringify([shown.components, shown.files.map((file) => [file.name, file.key, file.alt]), shown.pings ?? null]);

/** The view with a number of its own on its first component, by which a message can be found again that nobody noted. */
export function mark(shown: View, nonce: string): View {
  const [first, ...others] = shown.components;
  return first ? { ...shown, components: [{ ...first, id: markOf(nonce) }, ...others] } : shown;
}

/** The number that a message of this nonce carries: Discord counts ids that are left out up from 1, and takes 31 bits. */
export const markOf = (nonce: string): number =>
  (createHash("sha256").update(nonce).digest().readUInt32BE(0) & 0x3fff_ffff) | 0x4000_0000;

/** What a view is sent as. Message, interaction reply and follow-up all take it. */
export interface ViewPayload {
  readonly flags: number;
  readonly components: readonly APIMessageTopLevelComponent[];
  readonly files: AttachmentPayload[];
  readonly allowedMentions: { readonly parse: []; readonly users: string[] };
}

/** @throws NodeJS.ErrnoException when a file of the view is no longer there */
export async function payload(shown: View): Promise<ViewPayload> {
  const files = await Promise.all(
    shown.files.map(async (file) => ({
      attachment: typeof file.data === "string" ? await readFile(file.data) : file.data,
      name: file.name,
      description: file.alt,
    })),
  );
  return {
    flags: MessageFlags.IsComponentsV2,
    components: shown.components,
    files,
    allowedMentions: { parse: [], users: shown.pings === undefined ? [] : [shown.pings] },
  };
}

export const createPayload = async (shown: View, nonce: string): Promise<MessageCreateOptions> => ({
  ...(await payload(shown)),
  nonce,
  enforceNonce: true,
});

/** An edit replaces every attachment: API v10 takes the complete list. */
export const editPayload = async (shown: View): Promise<MessageEditOptions> => ({
  ...(await payload(shown)),
  attachments: [],
});
