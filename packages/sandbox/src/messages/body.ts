/** The limits of a message's body: text, embeds, flags, and what components V2 rule out. */
import { FormFaults } from "../api-error.ts";
import { type Json, asArray, asObject, asString } from "../json.ts";
import { type Component, MESSAGE_FLAG, isV2 } from "../world/types.ts";
import { checkMessageComponents } from "./components.ts";

export interface MessageBody {
  /** undefined: not in the body. */
  readonly content: string | null | undefined;
  readonly embeds: readonly Json[] | undefined;
  readonly components: readonly Component[] | undefined;
  readonly flags: number;
}

const SETTABLE =
  MESSAGE_FLAG.suppressEmbeds | MESSAGE_FLAG.suppressNotifications | MESSAGE_FLAG.componentsV2 | MESSAGE_FLAG.ephemeral;

/**
 * Reads and checks a body. `flagsBefore`: of the message that is edited; components V2 cannot be taken off again.
 *
 * @throws ApiError 50035 with every fault
 */
export function readMessageBody(body: Json, flagsBefore = 0, under: readonly string[] = []): MessageBody {
  const faults = new FormFaults();
  const flags = (typeof body["flags"] === "number" ? body["flags"] & SETTABLE : 0) | flagsBefore;
  const v2 = isV2(flags);
  const content = body["content"] === null ? null : asString(body["content"]);
  faults.text(["content"], body["content"], 0, 2000);
  const embeds = "embeds" in body ? asArray(body["embeds"]).map(asObject) : undefined;
  if (embeds) checkEmbeds(embeds, faults);
  const components = "components" in body ? (asArray(body["components"]).map(asObject) as Component[]) : undefined;
  if (v2) {
    const legacy = [
      ["content", Boolean(content)],
      ["embeds", (embeds?.length ?? 0) > 0],
      ["poll", Boolean(body["poll"])],
      ["sticker_ids", asArray(body["sticker_ids"]).length > 0],
    ] as const;
    for (const [field, used] of legacy)
      if (used)
        faults.add(
          [field],
          "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
          `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
        );
  }
  if (components) checkMessageComponents(components, v2, faults);
  faults.throwIfAny(under);
  return { content, embeds, components, flags };
}

function checkEmbeds(embeds: readonly Json[], faults: FormFaults): void {
  faults.count(["embeds"], embeds.length, 0, 10);
  let sum = 0;
  const text = (path: (string | number)[], value: unknown, low: number, high: number, required = false): void => {
    faults.text(path, value, low, high, required);
    if (typeof value === "string") sum += value.length;
  };
  for (const [index, embed] of embeds.entries()) {
    const at = ["embeds", index];
    text([...at, "title"], embed["title"], 0, 256);
    text([...at, "description"], embed["description"], 0, 4096);
    text([...at, "footer", "text"], asObject(embed["footer"])["text"], 0, 2048);
    text([...at, "author", "name"], asObject(embed["author"])["name"], 0, 256);
    faults.range([...at, "color"], embed["color"], 0, 0xff_ff_ff);
    const fields = asArray(embed["fields"]).map(asObject);
    faults.count([...at, "fields"], fields.length, 0, 25);
    for (const [place, field] of fields.entries()) {
      text([...at, "fields", place, "name"], field["name"], 1, 256, true);
      text([...at, "fields", place, "value"], field["value"], 1, 1024, true);
    }
  }
  if (sum > 6000) faults.add(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
}
