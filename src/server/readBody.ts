import type { IncomingMessage } from "node:http";
import { throttled } from "../../protocol/errors.ts";
import type { BodyAllowance } from "./bodyMemory.ts";
import { RefusedRequest } from "./refusals.ts";
import { requestTimeoutCode } from "./unreadable.ts";

/** Bytes of a body's first buffer. */
const firstCapacity = 64 * 1024;

/**
 * Reads a request's body into one buffer that grows with what has arrived, however small its pieces and whatever
 * length it claims. The rest of a body that is refused is read and dropped, so that the client gets its answer.
 *
 * @param limit the most bytes.
 * @returns bytes that are the allowance's, until it is released.
 * @throws RefusedRequest; AwsError ThrottlingException when the allowance has no room.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  allowance: BodyAllowance,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = Number(request.headers["content-length"] ?? limit);
  return new Promise((resolve, reject) => {
    let body = Buffer.alloc(0);
    let size = 0;
    let fault: Error | undefined;
    const refuse = (reason: Error) => {
      fault ??= reason;
      allowance.release();
    };
    const cutOff = () => {
      // What breaks after the body's end is for who answers it.
      if (request.readableEnded) return;
      const { code } = (request.socket.errored ?? {}) as NodeJS.ErrnoException;
      refuse(new RefusedRequest(code === requestTimeoutCode ? "tooSlow" : "cutOff"));
      reject(fault);
    };
    // Compressed bodies may unpack to anything, and AWS's SDKs send none for this service.
    if ((request.headers["content-encoding"] ?? "identity") !== "identity")
      refuse(new RefusedRequest("compressed"));

    request.on("data", (piece: Buffer) => {
      if (fault !== undefined) return;
      const needed = size + piece.length;
      if (needed > limit) return refuse(new RefusedRequest("tooLarge"));
      const buffer = allowance.withRoomFor(Math.max(needed, Math.min(length, firstCapacity)));
      if (buffer === undefined) return refuse(throttled());
      body = buffer;
      piece.copy(body, size);
      size = needed;
    });
    request.on("end", () => {
      if (fault === undefined) resolve(body.subarray(0, size));
      else reject(fault);
    });
    request.on("error", cutOff);
    request.on("close", cutOff);
  });
}
