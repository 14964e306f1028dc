import { DiscordAPIError, HTTPError, RateLimitError } from "discord.js";
import { describe, expect, it } from "vitest";

import { LiveMessage, type MessageHome } from "../../../src/discord/messages/live-message.ts";
import { snowflakeAt } from "../../../src/discord/snowflake.ts";
import { PlaceMoved } from "../../../src/discord/messages/place-moved.ts";
import type { View } from "../../../src/discord/messages/view.ts";
import { noticeView } from "../../../src/discord/messages/components.ts";
import { createLogger } from "../../../src/log.ts";

const log = createLogger("silent");
const refused = (code: number) =>
  new DiscordAPIError({ code, message: "refused" }, code, 400, "PATCH", "/channels/1/messages/2", {});

interface Call {
  readonly kind: "create" | "edit";
  readonly id: string;
  readonly text: string;
  readonly at: number;
}

/** A home that takes `latencyMs` for each call and refuses those that `refuse` names an error for. */
function home(refuse: (call: Call) => Error | null = () => null, latencyMs = 5) {
  const calls: Call[] = [];
  let inFlight = 0;
  let most = 0;
  const handle = async (kind: Call["kind"], id: string, view: View): Promise<void> => {
    const call = { kind, id, text: (view.components[0] as { content: string }).content, at: performance.now() };
    calls.push(call);
    most = Math.max(most, ++inFlight);
    await new Promise((resolve) => setTimeout(resolve, latencyMs));
    inFlight--;
    const error = refuse(call);
    if (error) throw error;
  };
  const port: MessageHome = {
    create: async (view, nonce) => {
      await handle("create", nonce, view);
      return `message-${calls.length}`;
    },
    edit: (id, view) => handle("edit", id, view),
  };
  return { port, calls, most: () => most };
}

const live = (port: MessageHome, intervalMs = 40, follows = true) =>
  new LiveMessage({ home: port, messageId: null, intervalMs, nonce: "nonce", follows, log });

describe("a live message", () => {
  it("shows the newest of many views, one call at a time, no faster than agreed", async () => {
    const { port, calls, most } = home();
    const message = live(port);
    for (let n = 0; n < 100; n++) {
      message.show(noticeView(`view ${n}`));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await message.settle();
    expect(most()).toBe(1);
    expect(calls[0]).toMatchObject({ kind: "create", text: "view 0" });
    expect(calls.at(-1)).toMatchObject({ kind: "edit", text: "view 99" });
    const gaps = calls.slice(2, -1).map((call, n) => call.at - calls[n + 1]!.at);
    for (const gap of gaps) expect(gap).toBeGreaterThan(38);
  });

  it("is not edited when nothing changed", async () => {
    const { port, calls } = home();
    const message = live(port, 0);
    await message.settle(noticeView("same"));
    await message.settle(noticeView("same"));
    expect(calls).toHaveLength(1);
  });

  it("says what there is to say although nobody can note it, and is told of as owed until somebody does", async () => {
    const { port, calls } = home();
    const noted: string[] = [];
    let full = true;
    const onCreated = async (id: string): Promise<void> => {
      if (full) throw new Error("the disk is full");
      noted.push(id);
    };
    const options = { home: port, messageId: null, intervalMs: 0, nonce: "nonce", follows: true, log };
    const message = new LiveMessage({ ...options, onCreated });
    await message.settle(noticeView("painting"));
    await message.settle(noticeView("my disk is full"));
    await expect(message.deliver(noticeView("done"))).rejects.toThrow("the disk is full");
    full = false;
    await message.deliver(noticeView("done"));
    expect(calls.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "create painting",
      "edit my disk is full",
      "edit done",
    ]);
    expect(noted).toEqual([message.messageId]);
  });

  it("settles at once, without waiting for the interval", async () => {
    const { port, calls } = home();
    const message = live(port, 60_000);
    await message.settle(noticeView("first"));
    message.show(noticeView("second"));
    await message.settle(noticeView("last"));
    expect(calls.map((call) => call.text)).toEqual(["first", "last"]);
  });

  it("goes on in a fresh message with another nonce when the old one takes no more edits", async () => {
    const { port, calls } = home((call) => (call.kind === "edit" ? refused(30_046) : null));
    const message = live(port, 0);
    await message.settle(noticeView("first"));
    await message.settle(noticeView("after an hour"));
    expect(calls.map(({ kind, text }) => [kind, text])).toEqual([
      ["create", "first"],
      ["edit", "after an hour"],
      ["create", "after an hour"],
    ]);
    expect(calls[2]!.id).not.toBe(calls[0]!.id);
    expect(calls[2]!.id.length).toBeLessThanOrEqual(25);
  });

  it("stays away when somebody deleted it", async () => {
    const { port, calls } = home((call) => (call.kind === "edit" ? refused(10_008) : null));
    const message = live(port, 0);
    await message.settle(noticeView("first"));
    await message.settle(noticeView("second"));
    await message.settle(noticeView("third"));
    expect(calls.map((call) => call.text)).toEqual(["first", "second"]);
  });

  it("does not count as told what comes after it was closed", async () => {
    const { port, calls } = home();
    const message = live(port, 0);
    await message.settle(noticeView("first"));
    await message.close();
    await expect(message.deliver(noticeView("the end"))).rejects.toMatchObject({ name: "CancelledError" });
    expect(calls.map((call) => call.text)).toEqual(["first"]);
  });

  it("follows the conversation to another place, or stays behind", async () => {
    for (const follows of [true, false]) {
      const { port, calls } = home((call) => (call.kind === "edit" ? new PlaceMoved("gone") : null));
      const message = live(port, 0, follows);
      await message.settle(noticeView("first"));
      await message.settle(noticeView("second"));
      const kinds = calls.map((call) => call.kind);
      expect(kinds).toEqual(follows ? ["create", "edit", "create"] : ["create", "edit"]);
    }
  });

  it("survives a fault and shows the next view", async () => {
    const { port, calls } = home((call) => (call.text === "second" ? refused(50_035) : null));
    const message = live(port, 0);
    for (const words of ["first", "second", "third"]) await message.settle(noticeView(words));
    expect(calls.map((call) => call.text)).toEqual(["first", "second", "third"]);
  });

  it("is made anew once when it moves, and stays away when nothing can be made there either", async () => {
    const { port, calls } = home((call) => (call.text === "first" ? null : new PlaceMoved("nowhere")));
    const message = live(port, 0);
    await message.settle(noticeView("first"));
    await message.settle(noticeView("second"));
    await message.settle(noticeView("third"));
    expect(calls.map(({ kind, text }) => [kind, text])).toEqual([
      ["create", "first"],
      ["edit", "second"],
      ["create", "second"],
    ]);
  });

  it.each([
    ["that is refused", () => refused(50_035)],
    ["that Discord does not take", () => new HTTPError(502, "Bad Gateway", "POST", "/channels/1/messages", {})],
  ])("pauses after a call %s, however many views come", async (_name, error) => {
    const { port, calls } = home(error, 0);
    const message = live(port, 0);
    for (let n = 0; n < 100; n++) {
      message.show(noticeView(`view ${n}`));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const seconds = (performance.now() - calls[0]!.at) / 1000;
    expect(calls.length).toBeLessThan(2 + seconds);
    await message.close();
    expect(calls.at(-1)!.text).toBe("view 99");
  });

  it("shows by itself what Discord did not take at first", async () => {
    const { port, calls } = home(() => (calls.length === 1 ? new HTTPError(502, "", "POST", "", {}) : null), 0);
    live(port, 0).show(noticeView("only"));
    await expect.poll(() => calls.map(({ kind }) => kind)).toEqual(["create", "create"]);
    expect(calls[1]!.at - calls[0]!.at).toBeGreaterThan(900);
  });

  it("says of its last view why it does not stand, when that may pass, and tries no more by itself", async () => {
    const down = new HTTPError(502, "Bad Gateway", "POST", "/channels/1/messages", {});
    const { port, calls } = home(({ text }) => (text === "last" && calls.length < 3 ? down : null), 0);
    const message = live(port, 0);
    await message.deliver(noticeView("first"));
    await expect(message.deliver(noticeView("last"))).rejects.toBe(down);
    await message.deliver(noticeView("last"));
    await message.deliver(noticeView("last"));
    expect(calls.map(({ text }) => text)).toEqual(["first", "last", "last"]);
  });

  it("takes an edit that has to wait long for one of a message too old, where it is old", async () => {
    const limit = { timeToReset: 60_000, limit: 5, method: "PATCH", hash: "", url: "", route: "", majorParameter: "" };
    const error = new RateLimitError({
      ...limit,
      global: false,
      retryAfter: 60_000,
      sublimitTimeout: 0,
      scope: "user",
    });
    for (const ageMs of [2 * 3_600_000, 0]) {
      const { port, calls } = home(({ kind }) => (kind === "edit" ? error : null));
      const messageId = snowflakeAt(Date.now() - ageMs);
      const message = new LiveMessage({ home: port, messageId, intervalMs: 0, nonce: "nonce", follows: true, log });
      message.show(noticeView("news"));
      await message.close();
      expect(calls.map(({ kind }) => kind)).toEqual(ageMs > 0 ? ["edit", "create"] : ["edit"]);
    }
  });
});
