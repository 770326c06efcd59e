import { type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type RefusalParts, refused } from "./refusals.ts";

/** The code of Node's error for a request that does not come in time. */
export const requestTimeoutCode = "ERR_HTTP_REQUEST_TIMEOUT";

/** HTTP status by the code of Node's error; 400 for any other. */
const statuses: Readonly<Record<string, number>> = {
  [requestTimeoutCode]: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/**
 * Answers what Node cannot read as HTTP, or not in time, as Node does by itself, and tells of it. Whoever refuses a
 * body tells of that.
 */
export function answerUnreadable(server: Server, { newId, observe }: RefusalParts): void {
  const responses = new WeakMap<Duplex, ServerResponse>();
  server.on("request", ({ socket }, response) => responses.set(socket, response));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const response = responses.get(socket);
    const isInWork = response !== undefined && !response.writableFinished;
    // Nobody is there, or an answer is on its way that nothing may be put into.
    if (!socket.writable || (isInWork && response.headersSent)) return socket.destroy(error);
    const status = statuses[error.code ?? ""] ?? 400;
    const phrase = STATUS_CODES[status] ?? "";
    const requestId = newId();
    if (!isInWork) {
      observe(refused({ requestId, rawHeaders: [] }, status, { name: phrase.replaceAll(" ", "") }));
    }
    const head = `HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\nx-amzn-RequestId: ${requestId}\r\n\r\n`;
    socket.end(head, () => socket.destroy(error));
  });
}
