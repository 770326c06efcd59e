import type { Server, ServerResponse } from "node:http";
import net from "node:net";

/**
 * How long an idle connection is kept, in milliseconds: a client that has just sent a request over it, or is about to,
 * is answered and told that the connection ends, instead of finding it broken.
 */
const lastCall = 500;

/**
 * Prepares a server to be drained.
 *
 * @returns what drains it: it takes no new connections, answers what is in work and what still comes with
 * `Connection: close`, and soon closes connections that are idle; after `limit` milliseconds it closes those that are
 * left. Gives how many requests were in work then.
 */
export function drainable(server: Server): (limit: number) => Promise<number> {
  const inWork = new Set<ServerResponse>();
  let isDraining = false;
  server.prependListener("request", (_request, response) => {
    inWork.add(response);
    response.once("close", () => inWork.delete(response));
    if (isDraining) response.setHeader("Connection", "close");
  });
  return async (limit) => {
    isDraining = true;
    for (const response of inWork) if (!response.headersSent) response.setHeader("Connection", "close");
    let left = 0;
    const lastCallEnds = performance.now() + lastCall;
    const closeIdle = setInterval(() => {
      if (performance.now() >= lastCallEnds) server.closeIdleConnections();
    }, 50);
    const closeAll = setTimeout(() => {
      left = inWork.size;
      server.closeAllConnections();
    }, limit);
    try {
      await new Promise<void>((resolve) => {
        // HTTP's own would close idle connections at once.
        net.Server.prototype.close.call(server, () => resolve());
      });
      return left;
    } finally {
      clearInterval(closeIdle);
      clearTimeout(closeAll);
    }
  };
}
