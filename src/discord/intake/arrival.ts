/** A file on its way from somebody's upload into the store. */
import { rm } from "node:fs/promises";
import path from "node:path";

import type { PictureRef } from "../../jobs/job.ts";
import { TOKEN_EXTENSION } from "../../jobs/style.ts";
import type { TokenReply } from "../../reader/messages.ts";

/** A learned style in the store. */
export interface TakenToken extends TokenReply {
  readonly sha256: string;
}

export interface Arrival<T = unknown> {
  /** Its own folder in `DATA_DIR/incoming`; gone when it is kept or dropped. */
  readonly folder: string;
  /** As the store keeps it: written by this program. */
  readonly file: string;
  readonly bytes: number;
  readonly kind: ArrivalKind;
  /** What it is once it is in the store. */
  readonly as: (sha256: string) => T;
  /** Of a picture. */
  readonly size: Pick<PictureRef, "width" | "height"> | null;
}

export type ArrivalKind = "picture" | "token";

/** Extensions in the store. */
export const EXTENSION: Readonly<Record<ArrivalKind, string>> = { picture: "png", token: TOKEN_EXTENSION };

/** Where the readable form of an upload lies. */
export const arrivalFile = (folder: string, kind: ArrivalKind): string => path.join(folder, `kept.${EXTENSION[kind]}`);

export const dropArrival = ({ folder }: Pick<Arrival, "folder">): Promise<void> =>
  rm(folder, { recursive: true, force: true });
