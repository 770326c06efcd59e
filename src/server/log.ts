import { DrizzleQueryError } from "drizzle-orm";
import pino, { type DestinationStream, type LevelWithSilent, type Logger, stdSerializers } from "pino";

/**
 * The service's log: JSON lines, without anything of an image, a face or a key.
 *
 * @param destination standard output unless another is given.
 */
export function createLog(level: LevelWithSilent, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      serializers: { err: serializeError },
      hooks: {
        // Without a text of its own a line would take the error's, which may hold a query's parameters.
        logMethod([line, text = "", ...values], write) {
          write.apply(this, [line, text, ...values]);
        },
      },
    },
    destination,
  );
}

/** A failed query carries its parameters, embeddings and names among them, also in its message and stack. */
function serializeError(error: Error): unknown {
  if (!(error instanceof DrizzleQueryError)) return stdSerializers.err(error);
  return { query: error.query, cause: error.cause && stdSerializers.err(error.cause) };
}
