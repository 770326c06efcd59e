import type { AnsweredRequest, RequestObserver } from "../telemetry/answeredRequest.ts";
import { Stopwatch } from "../telemetry/stopwatch.ts";

/** The content type of AWS JSON 1.1. */
export const awsJson = "application/x-amz-json-1.1";

/** What whoever refuses requests needs. */
export interface RefusalParts {
  readonly newId: () => string;
  /** Hears of each refusal. */
  readonly observe: RequestObserver;
}

/** What goes back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What AWS answers to requests that are no call of an operation, by what is wrong with them. */
const refusals = {
  /** Named as what SDKs send again; the client has had its answer (`unreadable.ts`). */
  tooSlow: [408, "RequestTimeout", json],
  /** The client went away. */
  cutOff: [400, "SerializationException", json],
  tooLarge: [413, "RequestEntityTooLargeException", json],
  compressed: [415, "UnsupportedMediaTypeException", json],
  otherContentType: [404, "UnknownOperationException", (name: string) => xml(`<${name}/>\n`)],
  otherMethodOrPath: [
    403,
    "AccessDeniedException",
    (name: string) =>
      xml(
        `<${name}>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</${name}>\n`,
      ),
  ],
} as const;

/** Thrown for a request that does not reach the ladder. Its name is that of the answer's exception. */
export class RefusedRequest extends Error {
  override readonly name: string;
  readonly answer: HttpAnswer;

  constructor(reason: keyof typeof refusals) {
    super(reason);
    const [status, name, write] = refusals[reason];
    this.name = name;
    this.answer = { status, ...write(name) };
  }
}

/**
 * Tells of a request that was refused before the ladder, in the form of those that it answers: as no operation's, and
 * without steps.
 */
export function refused(
  request: AnsweredRequest["request"],
  status: number,
  error: NonNullable<AnsweredRequest["error"]>,
): AnsweredRequest {
  const stopwatch = new Stopwatch();
  const [operation, caller, collectionId] = [undefined, undefined, undefined];
  return { request, operation, caller, collectionId, status, error, duration: 0, stopwatch };
}

function json(name: string): Omit<HttpAnswer, "status"> {
  return { contentType: awsJson, body: JSON.stringify({ __type: name }) };
}

function xml(body: string): Omit<HttpAnswer, "status"> {
  return { contentType: "text/xml", body };
}
