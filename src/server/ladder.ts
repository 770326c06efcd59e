import { deserialize } from "../../protocol/deserialize.ts";
import {
  AwsError,
  internalError,
  operationNotOffered,
  renderError,
  serviceUnavailable,
} from "../../protocol/errors.ts";
import { parseBody } from "../../protocol/json.ts";
import type { OperationName } from "../../protocol/model.generated.ts";
import { serialize } from "../../protocol/serialize.ts";
import type { Structure } from "../../protocol/shape.ts";
import type { SignedRequest } from "../../protocol/sigv4.ts";
import { parseTarget } from "../../protocol/target.ts";
import { validate } from "../../protocol/validate.ts";
import type { KeyHolder } from "../access/accessKeys.ts";
import type { Authorize } from "../access/authorize.ts";
import type { OperationTable } from "../operations/registry.ts";
import { isOutage } from "../storage/outage.ts";
import type { RequestObserver } from "../telemetry/answeredRequest.ts";
import { Stopwatch } from "../telemetry/stopwatch.ts";

/** A request whose method, content type and size are in order. */
export interface WireRequest extends SignedRequest {
  readonly requestId: string;
  /** The `X-Amz-Target` header. */
  readonly target: string | undefined;
}

/** What goes back: status and JSON body. */
export interface WireAnswer {
  readonly status: number;
  readonly body: string;
}

/** What the ladder is built of. */
export interface LadderParts {
  readonly operations: OperationTable;
  readonly verifySignature: (request: SignedRequest) => Promise<KeyHolder>;
  /** Counts a call against the caller's rate. @throws AwsError ProvisionedThroughputExceededException */
  readonly countCall: (caller: KeyHolder, operation: OperationName) => void;
  readonly authorize: Authorize;
  /** The collection that an input names. */
  readonly collectionNamed: (input: Structure) => string | undefined;
  readonly newId: () => string;
  /** Hears of each request once it is answered. */
  readonly observe: RequestObserver;
}

/**
 * Answers requests. The order of the steps is AWS's: a request that fails several is answered by the first.
 *
 * 1. size, method, content type (before this, in `app.ts`)
 * 2. the body is a JSON object           SerializationException
 * 3. the target is an operation          UnknownOperationException
 * 4. the signature                       MissingAuthenticationToken…, IncompleteSignature…,
 *                                        UnrecognizedClient…, InvalidSignatureException
 * 5. the operation is offered            UnknownOperationException, with a text
 * 6. the caller's rate                   ProvisionedThroughputExceededException
 * 7. the members' types                  SerializationException
 * 8. the caller's rights                 AccessDeniedException
 * 9. the members' constraints            ValidationException
 * 10. the operation's own rules          its documented errors
 */
export function createLadder({
  operations,
  verifySignature,
  countCall,
  authorize,
  collectionNamed,
  newId,
  observe,
}: LadderParts) {
  return async (request: WireRequest): Promise<WireAnswer> => {
    const stopwatch = new Stopwatch();
    let operation: OperationName | undefined;
    let caller: KeyHolder | undefined;
    let collectionId: string | undefined;
    let error: AwsError | undefined;
    let answer: WireAnswer;
    try {
      const json = stopwatch.time("parse", () => parseBody(request.body));
      operation = parseTarget(request.target);
      caller = await stopwatch.time("authenticate", () => verifySignature(request));
      const run = operations[operation];
      if (run === undefined) throw operationNotOffered(operation);
      countCall(caller, operation);
      const [holder, name] = [caller, operation];
      const input = stopwatch.time("validate", () => {
        const read = deserialize(name, json);
        collectionId = collectionNamed(read);
        authorize(holder, name, read);
        validate(name, read);
        return read;
      });
      const output = await stopwatch.time("operate", () => run(input as never));
      answer = { status: 200, body: stopwatch.time("serialize", () => serialize(name, output)) };
    } catch (thrown) {
      error = toAwsError(thrown);
      answer = renderError(error, { logref: newId() });
    }
    const duration = performance.now() - stopwatch.start;
    const { status } = answer;
    observe({ request, operation, caller, collectionId, status, error, duration, stopwatch });
    return answer;
  };
}

function toAwsError(thrown: unknown): AwsError {
  if (AwsError.is(thrown)) return thrown;
  return isOutage(thrown) ? serviceUnavailable(thrown) : internalError(thrown);
}
