import type { Server } from "node:http";

/** Connections of a server. */
export interface ConnectionLoad {
  /** Open now. */
  readonly open: number;
  /** Most at once. */
  readonly limit: number;
  /** Closed before they could send a request, since the start, by why. */
  readonly refused: Readonly<Record<"limit" | "tls", number>>;
}

/** Counts a server's connections from now on. @returns the count of now. */
export function countConnections(server: Server): () => ConnectionLoad {
  let open = 0;
  const refused = { limit: 0, tls: 0 };
  server.on("connection", (socket) => {
    open++;
    socket.once("close", () => {
      open--;
    });
  });
  server.on("drop", () => {
    refused.limit++;
  });
  server.on("tlsClientError", () => {
    refused.tls++;
  });
  return () => ({ open, limit: server.maxConnections, refused: { ...refused } });
}
