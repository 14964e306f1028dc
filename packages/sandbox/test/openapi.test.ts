import { describe, expect, it } from "vitest";

import type { RequestRecord } from "../src/index.ts";
import { hasOpenApi, referee } from "./referee.ts";

describe.skipIf(!hasOpenApi)("Discord's OpenAPI file as referee (needs ../shared/discord/openapi.json)", () => {
  const judge = (method: string, route: string, path: string, body: unknown): readonly string[] =>
    referee!({ at: 0, method, route, token: "bot", path, body, files: [], status: 200 } satisfies RequestRecord);

  const post = (body: unknown) => judge("POST", "/channels/:channel/messages", "/channels/1/messages", body);
  const rowOf = (count: number, customId = "go") => ({
    type: 1,
    components: Array.from({ length: count }, (_, n) => ({ type: 2, style: 1, label: "b", custom_id: customId + n })),
  });

  it("lets good bodies pass and names what is wrong with others", () => {
    expect(post({ content: "fine", components: [rowOf(5)] })).toEqual([]);
    expect(post({ components: [rowOf(6)] })).toHaveLength(1);
    expect(post({ components: [rowOf(1, "i".repeat(101))] })).toHaveLength(1);
    expect(post({ embeds: [{ description: "x".repeat(4097) }] })).toHaveLength(1);
    const gallery = { type: 12, items: [{ media: { url: "attachment://a.png" }, description: "x".repeat(1025) }] };
    expect(post({ flags: 1 << 15, components: [gallery] })).toHaveLength(1);
  });

  it("knows that file_types is newer than the file", () => {
    const option = { type: 11, name: "content", description: "x", required: true, file_types: ["image"] };
    const path = "/applications/1/commands";
    const command = { name: "stylize", description: "x", options: [option] };
    expect(judge("PUT", "/applications/:application/commands", path, [command])).toEqual([]);
    expect(judge("PUT", "/applications/:application/commands", path, [{ ...command, name: 7 }])).toHaveLength(1);
  });

  it("holds callbacks and modals against their schemas", () => {
    const route = "/interactions/:interaction/:token/callback";
    expect(judge("POST", route, "/interactions/1/t/callback", { type: 5, data: { flags: 64 } })).toEqual([]);
    const label = { type: 18, label: "Prompt", component: { type: 4, custom_id: "p", style: 2 } };
    const modal = { type: 9, data: { custom_id: "m", title: "Edit", components: [label] } };
    expect(judge("POST", route, "/interactions/1/t/callback", modal)).toEqual([]);
    const long = { ...modal, data: { ...modal.data, title: "t".repeat(46) } };
    expect(judge("POST", route, "/interactions/1/t/callback", long)).toHaveLength(1);
  });

  it("reports routes that Discord does not have", () => {
    expect(judge("GET", "/channels/:channel/pictures", "/channels/1/pictures", undefined)).toHaveLength(1);
  });
});
