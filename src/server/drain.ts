import type { Server, ServerResponse } from "node:http";

/**
 * Prepares a server to be drained.
 *
 * @returns what drains it: it takes no new connections, answers what is in work with `Connection: close`, and closes
 * connections that are idle; after `limit` milliseconds it closes those that are left. Gives how many those were.
 */
export function drainable(server: Server): (limit: number) => Promise<number> {
  const inWork = new Set<ServerResponse>();
  let isDraining = false;
  server.prependListener("request", (_request, response) => {
    inWork.add(response);
    response.once("close", () => inWork.delete(response));
    // A request may still come on a connection that has one in work.
    if (isDraining) response.setHeader("Connection", "close");
  });
  return async (limit) => {
    isDraining = true;
    for (const response of inWork) if (!response.headersSent) response.setHeader("Connection", "close");
    let left = 0;
    const closeIdle = setInterval(() => server.closeIdleConnections(), 50);
    const closeAll = setTimeout(() => {
      left = inWork.size;
      server.closeAllConnections();
    }, limit);
    try {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      return left;
    } finally {
      clearInterval(closeIdle);
      clearTimeout(closeAll);
    }
  };
}
