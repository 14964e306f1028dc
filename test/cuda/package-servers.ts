/** Python's index and NuGet on this machine, with packages that a test makes. */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { deflateRawSync } from "node:zlib";

import { centralHeader, endRecord, localHeader } from "../onnx/files/zip-writer.ts";

/** A zip file whose entries are deflated, as those of packages are. */
export function packageOf(files: Readonly<Record<string, string>>): Buffer {
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let position = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const entry = Buffer.concat([localHeader(name), packed]);
    central.push(centralHeader(name, packed.length, position, { method: 8, size: content.length }));
    local.push(entry);
    position += entry.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([...local, directory, endRecord(central.length, directory.length, position)]);
}

export class PackageServers {
  /** Wheels by project. */
  readonly wheels = new Map<string, { version: string; bytes: Buffer }>();
  /** Packages of NuGet by lower-case name. */
  readonly nugets = new Map<string, { version: string; bytes: Buffer }>();
  /** Paths of files that were asked for, and from which byte. */
  readonly fetched: { path: string; from: number }[] = [];
  /** Bytes after which a file's connection breaks, once. */
  breakAfter: number | null = null;
  /** Served in place of what the checksum is of. */
  damage: Buffer | null = null;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = new URL(request.url!, "http://host").pathname;
      const json = this.#answer(path);
      if (json) {
        response.setHeader("content-type", "application/json").end(JSON.stringify(json));
        return;
      }
      const file = this.#file(path);
      if (!file) {
        response.writeHead(404).end();
        return;
      }
      const bytes = this.damage ?? file;
      const [, from = "0", to = ""] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      const [start, end] = [Number(from), to === "" ? bytes.length : Number(to) + 1];
      this.fetched.push({ path, from: start });
      const part = bytes.subarray(start, end);
      const range = { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` };
      response.writeHead(to === "" ? 200 : 206, { "content-length": part.length, ...(to !== "" && range) });
      if (this.breakAfter === null) response.end(part);
      else response.write(part.subarray(0, this.breakAfter), () => response.destroy());
      this.breakAfter = null;
    });
  }

  static async start(): Promise<PackageServers> {
    const servers = new PackageServers();
    await new Promise<void>((resolve) => servers.#server.listen(0, "127.0.0.1", resolve));
    return servers;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  get index(): string {
    return `${this.#origin}/simple`;
  }

  get nuget(): string {
    return `${this.#origin}/v3/index.json`;
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer(path: string): object | null {
    const [, room, name = "", rest = ""] = path.split("/");
    const wheel = this.wheels.get(name);
    if (room === "simple" && wheel) {
      const prefix = `${name.replaceAll("-", "_")}-${wheel.version}-py3-none`;
      const hashes = { sha256: createHash("sha256").update(wheel.bytes).digest("hex") };
      const file = (platform: string) => ({
        filename: `${prefix}-${platform}.whl`,
        url: `../../files/${name}/${prefix}-${platform}.whl`,
        size: wheel.bytes.length,
        hashes,
      });
      return { files: [file("win_amd64"), file("manylinux_2_27_aarch64"), file("manylinux_2_27_x86_64")] };
    }
    if (path === "/v3/index.json")
      return { resources: [{ "@id": `${this.#origin}/registration/`, "@type": "RegistrationsBaseUrl/3.6.0" }] };
    const nuget = this.nugets.get(name);
    if (room === "registration" && nuget && rest === `${nuget.version}.json`)
      return { catalogEntry: `${this.#origin}/catalog/${name}`, packageContent: `${this.#origin}/content/${name}` };
    if (room === "catalog" && nuget) {
      const packageHash = createHash("sha512").update(nuget.bytes).digest("base64");
      return { packageHash, packageHashAlgorithm: "SHA512", packageSize: nuget.bytes.length };
    }
    return null;
  }

  #file(path: string): Buffer | undefined {
    const [, room, name = ""] = path.split("/");
    return (room === "files" ? this.wheels : room === "content" ? this.nugets : null)?.get(name)?.bytes;
  }
}
