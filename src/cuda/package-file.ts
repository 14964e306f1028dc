/** Packages of NuGet and of Python's index: where their file lies, how large it is, and what its checksum is. */
import { z } from "zod";

import type { HubFile } from "../checkpoints/hub.ts";
import { HubError } from "../checkpoints/hub-error.ts";
import { throwIfCancelled } from "../breathe.ts";
import { messageOf } from "../errors.ts";
import type { CudaPart } from "./packages.ts";

/** A file to be fetched. */
export interface PackageFile extends HubFile {
  readonly url: URL;
}

/** A server that takes longer to answer a question counts as away. */
const SILENCE_MS = 20_000;

const indexSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      size: z.int().positive().optional(),
      hashes: z.record(z.string(), z.string()),
    }),
  ),
});

/**
 * The wheel for 64-bit Linux, by the index's JSON (PEP 691, sizes by PEP 700). Which Python it is for does not matter:
 * the libraries in it are for none.
 *
 * @param index address without a slash at its end
 * @throws HubError when the index is away, or has no such wheel with a sha256
 */
export async function findWheel(
  index: string,
  { project, version }: CudaPart,
  signal?: AbortSignal,
): Promise<PackageFile> {
  const page = new URL(`${index}/${project}/`);
  const { files } = await ask(page, indexSchema, signal, "application/vnd.pypi.simple.v1+json");
  const prefix = `${project.replaceAll("-", "_")}-${version}-`;
  const found = files.find(({ filename }) => filename.startsWith(prefix) && /manylinux\S*_x86_64\.whl$/.test(filename));
  const digest = found?.hashes["sha256"];
  if (!found?.size || !digest)
    throw new HubError("not-found", `${page.host} has no ${project} ${version} for 64-bit Linux.`);
  const checksum = { algorithm: "sha256", digest } as const;
  return { path: found.filename, size: found.size, checksum, url: new URL(found.url, page) };
}

const servicesSchema = z.object({ resources: z.array(z.object({ "@id": z.url(), "@type": z.string() })) });
const leafSchema = z.object({ catalogEntry: z.url(), packageContent: z.url() });
const catalogueSchema = z.object({
  packageHash: z.string(),
  packageHashAlgorithm: z.literal("SHA512"),
  packageSize: z.int().positive(),
});

/**
 * A package of NuGet (https://learn.microsoft.com/nuget/api/overview).
 *
 * @param services address of the service index
 * @throws HubError when NuGet is away, or has no such package
 */
export async function findNugetPackage(
  services: string,
  { project, version }: CudaPart,
  signal?: AbortSignal,
): Promise<PackageFile> {
  const { resources } = await ask(new URL(services), servicesSchema, signal);
  const registrations = resources.find((entry) => entry["@type"] === "RegistrationsBaseUrl/3.6.0")?.["@id"];
  if (registrations === undefined) throw new HubError("protocol", `${services} does not answer as NuGet does.`);
  const name = project.toLowerCase();
  const leaf = await ask(new URL(`${name}/${version}.json`, registrations), leafSchema, signal);
  const { packageHash, packageSize } = await ask(new URL(leaf.catalogEntry), catalogueSchema, signal);
  const digest = Buffer.from(packageHash, "base64").toString("hex");
  const checksum = { algorithm: "sha512", digest } as const;
  return { path: `${name}.${version}.nupkg`, size: packageSize, checksum, url: new URL(leaf.packageContent) };
}

async function ask<T>(url: URL, schema: z.ZodType<T>, signal?: AbortSignal, accept = "application/json"): Promise<T> {
  let body: unknown;
  const silence = AbortSignal.timeout(SILENCE_MS);
  try {
    const response = await fetch(url, {
      headers: { accept, "user-agent": "atelier" },
      signal: signal ? AbortSignal.any([signal, silence]) : silence,
    });
    if (!response.ok) throw new HubError("server", `${url.host} answers ${response.status} for ${url.pathname}.`);
    body = await response.json();
  } catch (error) {
    throwIfCancelled(signal);
    throw error instanceof HubError ? error : connectionError(url, error);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new HubError("protocol", `${url.host} does not say what was asked for (${url.pathname}).`);
}

/** What fetch says of a host that cannot be reached stands in the cause. */
export function connectionError(url: URL, error: unknown): HubError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error && "code" in cause ? String(cause.code) : messageOf(cause);
  return new HubError("network", `${url.host} cannot be reached (${reason}).`, { cause: error });
}
