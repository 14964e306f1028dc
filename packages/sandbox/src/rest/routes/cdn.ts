/** Downloads from the CDN. */
import { setTimeout as sleep } from "node:timers/promises";

import sharp from "sharp";
import type { Hono } from "hono";
import type { HttpBindings } from "@hono/node-server";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import type { Cdn } from "../../cdn.ts";

const GONE = "This content is no longer available.";

export function cdnRoutes(app: Hono<{ Bindings: HttpBindings }>, cdn: Cdn): void {
  assetRoutes(app, cdn);
  for (const kind of ["attachments", "ephemeral-attachments"])
    app.get(`/${kind}/:owner/:id/:name`, async (context) => {
      cdn.downloads += 1;
      const { owner, id, name } = context.req.param();
      const attachment = cdn.find(`${kind}/${owner}/${id}/${name}`, new URL(context.req.url).searchParams);
      if (!attachment) return context.text(GONE, 404);
      const { fault } = cdn;
      if (fault?.delayMs) await sleep(fault.delayMs);
      if (fault?.html !== undefined) return context.html(fault.html);
      if (fault?.status !== undefined) return context.text("error", fault.status as ContentfulStatusCode);
      const headers = {
        "content-type": attachment.contentType,
        "content-length": String(attachment.bytes.byteLength),
        "cache-control": "private, max-age=86400",
        "x-robots-tag": "noindex",
        // An uploaded page must not run as part of the sandbox's own.
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
      };
      const bytes = attachment.bytes as Uint8Array<ArrayBuffer>;
      return new Response(fault?.stall ? stalled(bytes) : bytes, { headers });
    });
}

/** Avatars, emojis and stickers, in whichever format their address ends. */
function assetRoutes(app: Hono<{ Bindings: HttpBindings }>, cdn: Cdn): void {
  app.get("/:kind{avatars|emojis|stickers|embed}/*", async (context) => {
    cdn.downloads += 1;
    const { pathname } = new URL(context.req.url);
    const [, path = "", format = ""] = /^\/(.+)\.(png|gif|webp|jpg)$/.exec(pathname) ?? [];
    const bytes = cdn.asset(path) ?? (path.startsWith("embed/avatars/") ? await plainAvatar() : undefined);
    if (!bytes) return context.text(GONE, 404);
    // Discord hands out what it was given where that is asked for.
    const isAsSent = (await sharp(bytes).metadata()).format === format;
    const given = isAsSent
      ? bytes
      : await sharp(bytes)
          .toFormat(format as "png")
          .toBuffer();
    return new Response(given as Uint8Array<ArrayBuffer>, { headers: { "content-type": `image/${format}` } });
  });
}

/** What Discord shows of those who have no avatar. */
const plainAvatar = (): Promise<Uint8Array> =>
  sharp({ create: { width: 256, height: 256, channels: 3, background: "#5865f2" } })
    .png()
    .toBuffer();

/** Half of the bytes, and then silence. */
const stalled = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({ start: (controller) => controller.enqueue(bytes.subarray(0, Math.ceil(bytes.length / 2))) });
