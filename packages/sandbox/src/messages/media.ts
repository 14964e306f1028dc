/** Pictures inside components and embeds: which attachment they show, and what the client is told of it. */
import { FormFaults } from "../api-error.ts";
import type { Cdn } from "../cdn.ts";
import { type Json, asArray, asObject, isObject } from "../json.ts";
import type { Attachment, Component, Message } from "../world/types.ts";

const SCHEME = "attachment://";

/** The media objects of a component tree, with where they stand. */
function* mediaOf(
  components: readonly unknown[],
  path: readonly (string | number)[] = ["components"],
): Generator<{
  media: Json;
  path: readonly (string | number)[];
}> {
  for (const [index, value] of components.entries()) {
    if (!isObject(value)) continue;
    const at = [...path, index];
    for (const key of ["media", "file"]) {
      const media = value[key];
      if (isObject(media)) yield { media, path: [...at, key] };
    }
    yield* mediaOf(asArray(value["items"]), [...at, "items"]);
    yield* mediaOf(asArray(value["components"]), [...at, "components"]);
    if (isObject(value["accessory"])) yield* mediaOf([value["accessory"]], [...at, "accessory"]);
  }
}

const EMBED_MEDIA = ["image", "thumbnail"] as const;

/**
 * Checks that every `attachment://` names an attachment of the message.
 *
 * @throws ApiError 50035 otherwise
 */
export function checkReferences(
  components: readonly Component[],
  embeds: readonly Json[],
  attachments: readonly Attachment[],
): void {
  const faults = new FormFaults();
  const check = (url: unknown, path: readonly (string | number)[]): void => {
    if (typeof url !== "string" || !url.startsWith(SCHEME)) return;
    if (attachments.some(({ name }) => name === url.slice(SCHEME.length))) return;
    faults.add(
      path,
      "UNRESOLVED_ATTACHMENT_REFERENCE",
      `The referenced attachment ${url} was not found in the message`,
    );
  };
  for (const { media, path } of mediaOf(components)) check(media["url"], [...path, "url"]);
  for (const [index, embed] of embeds.entries())
    for (const key of EMBED_MEDIA) check(asObject(embed[key])["url"], ["embeds", index, key, "url"]);
  faults.throwIfAny();
}

/** The components as a client gets them: media resolved to fresh signed addresses. */
export function serveComponents(message: Message, cdn: Cdn): Component[] {
  const components = structuredClone(message.components);
  for (const { media } of mediaOf(components)) Object.assign(media, resolve(media["url"], message, cdn));
  return components;
}

/** The embeds as a client gets them. */
export function serveEmbeds(message: Message, cdn: Cdn): Json[] {
  const embeds = structuredClone(message.embeds);
  for (const embed of embeds) {
    embed["type"] ??= "rich";
    for (const key of EMBED_MEDIA) {
      const media = embed[key];
      if (!isObject(media)) continue;
      const { url, proxy_url, width, height } = resolve(media["url"], message, cdn);
      Object.assign(media, { url, proxy_url, width, height });
    }
  }
  return embeds;
}

function resolve(url: unknown, message: Message, cdn: Cdn): Json {
  const reference = String(url);
  const attachment = reference.startsWith(SCHEME)
    ? message.attachments.find(({ name }) => name === reference.slice(SCHEME.length))
    : cdn.byUrl(reference);
  if (!attachment) return { url: reference, proxy_url: reference, loading_state: 0 };
  const signed = cdn.sign(attachment);
  return {
    url: signed,
    proxy_url: signed,
    width: attachment.width,
    height: attachment.height,
    content_type: attachment.contentType,
    loading_state: 2,
    attachment_id: attachment.id,
  };
}
