/** Reads what an S3 server answers when it is asked what a bucket holds (ListObjectsV2). */

/** An object as a list has it. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
  /** When it was put, Unix milliseconds, by the server's clock. */
  readonly writtenAt: number;
}

export interface ListPage {
  readonly objects: readonly Listed[];
  /** What the next page is asked for by; `null`: this is the last. */
  readonly next: string | null;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/**
 * The answer is XML that a server wrote for a program: elements without attributes, whose names are fixed.
 *
 * @throws Error when it is anything else, or says that there is more without saying where
 */
export function readListPage(xml: string): ListPage {
  const truncated = textOf(xml, "IsTruncated");
  if (!xml.includes("<ListBucketResult") || truncated === null) throw new Error("the bucket's list cannot be read");
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, about]): Listed => {
    const [key, size, at] = ["Key", "Size", "LastModified"].map((name) => textOf(about!, name));
    const [bytes, writtenAt] = [size ? Number(size) : Number.NaN, Date.parse(at ?? "")];
    if (!key || !Number.isFinite(bytes) || !Number.isFinite(writtenAt))
      throw new Error("the bucket's list holds something that cannot be read");
    return { key, bytes, writtenAt };
  });
  const next = truncated === "true" ? textOf(xml, "NextContinuationToken") : null;
  if (truncated === "true" && !next) throw new Error("the bucket's list breaks off");
  return { objects, next };
}

function textOf(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text === undefined ? null : text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, decoded);
}

function decoded(entity: string, hex?: string, decimal?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name] ?? entity;
  return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
}
