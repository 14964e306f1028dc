/** What the sandbox is sent: bodies in parts over REST, and frames over the gateway. It answers, whatever comes. */
import { once } from "node:events";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import fc from "fast-check";
import { WebSocket } from "ws";

import { damaged, damagedJson } from "./mutations.ts";
import type { OpenTarget, Target } from "./target.ts";

/** A sandbox of its own; what fails outside of any request counts as a fault of the input under way. */
async function onSandbox<Input>(
  run: (discord: DiscordSandbox, input: Input) => Promise<void>,
): Promise<OpenTarget<Input>> {
  const discord = await startSandbox();
  let fail: (error: Error) => void;
  const onStray = (error: Error): void => fail(error);
  process.on("uncaughtException", onStray);
  return {
    run: (input) => {
      const stray = new Promise<never>((_resolve, reject) => {
        fail = reject;
      });
      return Promise.race([run(discord, input), stray]);
    },
    close: async () => {
      process.off("uncaughtException", onStray);
      await discord.close();
    },
  };
}

const BODIES = [
  { content: "hello", nonce: "1", allowed_mentions: { parse: [] }, attachments: [{ id: "0", description: "a wave" }] },
  { embeds: [{ title: "a", fields: [{ name: "b", value: "c" }], image: { url: "attachment://a.png" } }], flags: 4 },
  {
    flags: 32_768,
    components: [
      {
        type: 17,
        components: [
          { type: 10, content: "text" },
          { type: 12, items: [{ media: { url: "attachment://a.png" } }] },
        ],
      },
      { type: 1, components: [{ type: 2, style: 1, label: "Press", custom_id: "press:1" }] },
    ],
  },
  { type: 4, data: { content: "an answer", flags: 64 } },
];

const BOUNDARY = "---------------------------a-limit";

const parts = (payload: unknown): Buffer =>
  Buffer.from(
    [
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="payload_json"\r\n\r\n${JSON.stringify(payload)}\r\n`,
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="files[0]"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n\x89PNG\r\n`,
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="files[1]"; filename="b.txt"\r\n\r\nwords\r\n`,
      `--${BOUNDARY}--\r\n`,
    ].join(""),
  );

interface Request {
  readonly method: string;
  readonly route: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** `{channel}` and `{application}` are the sandbox's own. */
const ROUTES = [
  ["POST", "/channels/{channel}/messages"],
  ["PATCH", "/channels/{channel}/messages/1"],
  ["POST", "/channels/{channel}/threads"],
  ["PUT", "/applications/{application}/commands"],
  ["POST", "/interactions/1/token/callback"],
  ["POST", "/webhooks/{application}/token"],
  ["POST", "/no/such/route"],
] as const;

const requests: fc.Arbitrary<Request> = fc
  .tuple(
    fc.constantFrom(...ROUTES),
    fc.constantFrom(
      `multipart/form-data; boundary=${BOUNDARY}`,
      `multipart/form-data; boundary=${BOUNDARY}`,
      "multipart/form-data",
      'multipart/form-data; boundary="',
      "application/json",
    ),
    damaged(damagedJson(fc.constantFrom<unknown>(...BODIES)).map(parts)),
    damagedJson(fc.constantFrom<unknown>(...BODIES)).map((body) => Buffer.from(JSON.stringify(body))),
  )
  .map(([[method, route], type, form, json]) => ({
    method,
    route,
    type,
    bytes: type === "application/json" ? json : form,
  }));

const multipart: Target<Request> = {
  name: "multipart",
  inputs: requests,
  open: () =>
    onSandbox(async (discord, { method, route, type, bytes }) => {
      const path = route
        .replace("{channel}", discord.channel("general").id)
        .replace("{application}", discord.applicationId);
      const request: RequestInit = {
        method,
        headers: { authorization: `Bot ${discord.botToken}`, "content-type": type },
        body: new Uint8Array(bytes),
      };
      const { status } = await fetch(`${discord.apiBase}/v10${path}`, request);
      if (status >= 500) throw new Error(`it answers ${status}: ${discord.violations.at(-1)}`);
    }),
};

const IDENTIFY = { op: 2, d: { token: "{token}", intents: 513, shard: [0, 1], properties: { os: "linux" } } };
const FRAMES: readonly unknown[] = [
  IDENTIFY,
  { op: 1, d: 3 },
  { op: 3, d: { status: "online", activities: [] } },
  { op: 6, d: { token: "{token}", session_id: "none", seq: 3 } },
  { op: 8, d: { guild_id: "1", user_ids: ["1", "2"], nonce: "n" } },
];
const frames: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.oneof(
        damagedJson(fc.constantFrom(...FRAMES)).map((frame) => JSON.stringify(frame)),
        damaged(fc.constantFrom(...FRAMES).map((frame) => Buffer.from(JSON.stringify(frame)))).map(String),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([known, given]) => (known ? [JSON.stringify(IDENTIFY), ...given] : given));

/** Codes of Discord's own, and those of the protocol for what is no message at all. */
const isProper = (code: number): boolean => (code >= 4000 && code <= 4014) || code === 1007 || code === 1009;

const gateway: Target<string[]> = {
  name: "gateway",
  inputs: frames,
  open: () =>
    onSandbox(async (discord, given) => {
      const socket = new WebSocket(discord.gateway.url);
      let code = 0;
      const ended = once(socket, "close").then(([closed]) => {
        code = closed as number;
      });
      await once(socket, "message");
      for (const frame of given) socket.send(frame.replaceAll("{token}", discord.botToken));
      // A heartbeat is answered after all that came before it.
      const answered = new Promise<void>((resolve) => {
        socket.on("message", (data) => {
          if ((JSON.parse((data as Buffer).toString()) as { op: number }).op === 11) resolve();
        });
      });
      socket.send(JSON.stringify({ op: 1, d: null }));
      await Promise.race([ended, answered]);
      if (code !== 0 && !isProper(code)) throw new Error(`it closes with ${code}`);
      socket.close();
      await ended;
    }),
};

export const SANDBOX: readonly Target[] = [multipart, gateway];
