import { expect, test } from "vitest";
import type { ServerConnection } from "./database-server.ts";
import { createLink } from "./link.ts";

/** A server that takes connections, and how many of them are open. */
function aServer() {
  const open = new Set<ServerConnection>();
  const connect = async (): Promise<ServerConnection> => {
    const connection: ServerConnection = {
      run: async () => ({ rows: [] }),
      isUsable: () => open.has(connection),
      close: async () => void open.delete(connection),
    };
    open.add(connection);
    return connection;
  };
  return { open, connect };
}

test("a question that lost its connection to the closing of the store opens no other", async () => {
  const server = aServer();
  const link = createLink(server);
  await link.ready();
  await link.close();
  await expect(link.ready()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(server.open.size).toBe(0);
});

test("a connection that is being made when the store is closed is closed, too", async () => {
  const server = aServer();
  const link = createLink(server);
  const connecting = link.ready();
  await link.close();
  await connecting;
  expect(server.open.size).toBe(0);
});
