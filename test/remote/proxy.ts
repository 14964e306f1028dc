/** A plain HTTP proxy between a bot and Discord's REST, as owners of several processes may set one up. */
import http from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface Proxy {
  /** For `DISCORD_API_BASE`. */
  readonly apiBase: string;
  /** Requests that went through. */
  readonly count: number;
  close(): Promise<void>;
}

/** @param target what stands in place of `https://discord.com` */
export async function startProxy(target: string): Promise<Proxy> {
  let count = 0;
  const server = http.createServer((request, response) => {
    count += 1;
    const { method, url, headers } = request;
    const onward = http.request(new URL(url!, target), { method, headers: { ...headers, host: new URL(target).host } });
    onward.on("response", (answer) => answer.pipe(response.writeHead(answer.statusCode!, answer.headers)));
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    apiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    get count() {
      return count;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
