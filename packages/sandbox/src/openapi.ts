/** Discord's own OpenAPI file as the referee of what a bot sends. Needs the package `ajv`. */
import { existsSync, readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

import { type Json, asArray, asObject, isObject } from "./json.ts";
import type { RequestReferee } from "./rest/router.ts";

/** Our route patterns in the file's words: `:channel` is `{channel_id}`, `@original` has a path of its own. */
function openApiPath(route: string, requestPath: string): string {
  const original = /\/messages\/(?:@|%40)original/.test(requestPath);
  return route
    .replace("/webhooks/:application/:token", "/webhooks/{webhook_id}/{webhook_token}")
    .replace("/interactions/:interaction/:token", "/interactions/{interaction_id}/{interaction_token}")
    .replace(
      "/thread-members/:user",
      requestPath.endsWith("/@me") ? "/thread-members/@me" : "/thread-members/{user_id}",
    )
    .replace("/messages/:message", original ? "/messages/@original" : "/messages/{message_id}")
    .replace(":emoji", "{emoji_name}")
    .replaceAll(/:(\w+)/g, "{$1_id}");
}

/** Fields that the file of July 2026 does not know yet, though Discord takes them. */
const NEWER = ["file_types"];

/** Bit sets of which the file says that they are numbers; Discord's documentation and every library write them in digits. */
const BIT_SETS = ["default_member_permissions"];

/** A body in the file's own terms. */
function inItsTerms(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => inItsTerms(item));
  if (BIT_SETS.includes(name) && typeof value === "string" && /^\d+$/.test(value)) return Number(value);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !NEWER.includes(key))
      .map(([key, nested]) => [key, inItsTerms(nested, key)]),
  );
}

interface Loaded {
  readonly paths: Json;
  readonly ajv: Ajv2020;
  readonly compiled: Map<string, ValidateFunction | null>;
}

/** By path: the file is large, and every test begins with it. */
const opened = new Map<string, Loaded>();

function load(file: string): Loaded {
  const known = opened.get(file);
  if (known) return known;
  const document = asObject(JSON.parse(readFileSync(file, "utf8")));
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
  ajv.addSchema({ $id: "discord", components: document["components"] } as never);
  const loaded = { paths: asObject(document["paths"]), ajv, compiled: new Map() };
  opened.set(file, loaded);
  return loaded;
}

const pointTo = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"discord#/components/'));

/** The validator of a route's body; null when the file has no such route. */
function validatorFor({ paths, ajv, compiled }: Loaded, method: string, openApi: string): ValidateFunction | null {
  const key = `${method} ${openApi}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const operation = asObject(asObject(paths[openApi])[method.toLowerCase()]);
  const content = asObject(asObject(operation["requestBody"])["content"]);
  const schema = asObject(content["application/json"])["schema"];
  const validate = schema === undefined ? null : ajv.compile(pointTo(schema) as object);
  compiled.set(key, validate);
  return validate;
}

/**
 * For `SandboxOptions.onRequest`: holds each request against the file's routes and schemas.
 *
 * @param file `openapi.json` of github.com/discord/discord-api-spec; undefined is returned where it is missing
 */
export function openApiReferee(file: string): RequestReferee | undefined {
  if (!existsSync(file)) return undefined;
  return ({ method, route, path: requestPath, body }) => {
    const openApi = openApiPath(route, requestPath);
    const loaded = load(file);
    if (asObject(loaded.paths[openApi])[method.toLowerCase()] === undefined)
      return [`${method} ${openApi} is not in Discord's OpenAPI file`];
    if (body === undefined || (method !== "POST" && method !== "PUT" && method !== "PATCH")) return [];
    const validate = validatorFor(loaded, method, openApi);
    if (!validate || validate(inItsTerms(body))) return [];
    const reasons = asArray(validate.errors).map(asObject);
    const text = reasons.slice(0, 3).map(({ instancePath, message }) => `${String(instancePath)} ${String(message)}`);
    return [`${method} ${route}: body breaks Discord's schema: ${text.join("; ")}`];
  };
}
