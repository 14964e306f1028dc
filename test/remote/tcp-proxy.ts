/** A network between a process and a server that can be cut: what is sent then goes nowhere, and no connection ends. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  /** The server's address, through here. */
  readonly url: string;
  /** From now on everything that is sent is swallowed, and no new connection is answered. */
  cut(): void;
  /** What was swallowed stays lost, so connections of before end; new ones go through. */
  mend(): void;
  close(): Promise<void>;
}

/** @param target address of a server, with a port */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let isCut = false;
  const track = (socket: Socket): Socket => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    return socket.setNoDelay(true);
  };
  const server = createServer((near) => {
    track(near);
    if (isCut) {
      near.resume();
      return;
    }
    const far = track(connect(Number(port), hostname));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (data) => {
        if (!isCut) to.write(data);
      });
      from.on("close", () => {
        if (!isCut) to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = Object.assign(new URL(target), { port: String((server.address() as AddressInfo).port) }).href;
  return {
    url,
    cut() {
      isCut = true;
    },
    mend() {
      isCut = false;
      for (const socket of open) socket.destroy();
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
