import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between a client and its server, and cuts the line at a moment that matters. */
export type SocketProxy = {
  /**
   * Waits for a client to send the marks, one after another, then cuts its line: before the last one
   * reaches the server, or after the server has answered it and before the answer reaches the client.
   */
  readonly cut: (marks: readonly string[], when: Cut) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type Cut = "before" | "after";

type Plan = { readonly left: string[]; readonly when: Cut; readonly done: () => void };

export async function openSocketProxy(path: string, server: string): Promise<SocketProxy> {
  let plan: Plan | undefined;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect(server);
    let isAnswerLost = false;
    const cut = (): void => {
      plan?.done();
      plan = undefined;
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    client.on("data", (chunk) => {
      if (plan) passMarks(plan, chunk);
      const isMoment = plan?.left.length === 0;
      if (isMoment && plan?.when === "before") return cut();
      isAnswerLost ||= isMoment;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => (isAnswerLost ? cut() : client.write(chunk)));
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  proxy.listen(path);
  await once(proxy, "listening");
  return {
    cut: async (marks, when) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      plan = { left: [...marks], when, done: resolve };
      return promise;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}

/** Strikes off the marks that the chunk holds, in their order. */
function passMarks({ left }: Plan, chunk: Buffer): void {
  while (left[0] !== undefined && chunk.includes(left[0])) left.shift();
}
