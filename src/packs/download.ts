/** A server has this long to begin its answer, in milliseconds. */
const answerLimit = 5_000;

/** Longest silence of a server within an answer, in milliseconds. */
const silenceLimit = 30_000;

/** Thrown for a server that did not begin to answer in time. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/**
 * Asks a server for a file.
 *
 * @param signal gives the file up, also while it comes in.
 * @returns the file's bytes, piece by piece, once the answer has begun.
 * @throws NoAnswerError when the server does not answer within 5 seconds; an Error when it cannot be reached or has no
 * such file; later when it falls silent for half a minute.
 */
export async function openDownload(address: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const patience = new AbortController();
  const giveUp = (reason: Error) => patience.abort(reason);
  const noAnswer = new NoAnswerError(`no answer within ${answerLimit / 1000} s`);
  const timer = setTimeout(giveUp, answerLimit, noAnswer);
  try {
    const response = await fetch(address, { signal: AbortSignal.any([signal, patience.signal]) });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    return heard(response.body as AsyncIterable<Uint8Array>, giveUp);
  } finally {
    clearTimeout(timer);
  }
}

/** @param giveUp makes `pieces` throw. */
async function* heard(
  pieces: AsyncIterable<Uint8Array>,
  giveUp: (reason: Error) => void,
): AsyncGenerator<Uint8Array> {
  const wait = () => setTimeout(giveUp, silenceLimit, new Error(`silent for ${silenceLimit / 1000} s`));
  let timer = wait();
  try {
    for await (const piece of pieces) {
      clearTimeout(timer);
      yield piece;
      timer = wait();
    }
  } finally {
    clearTimeout(timer);
  }
}
