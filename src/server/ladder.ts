import type { Logger } from "pino";
import { deserialize } from "../../protocol/deserialize.ts";
import { AwsError, internalError, operationNotOffered, renderError } from "../../protocol/errors.ts";
import { parseBody } from "../../protocol/json.ts";
import type { OperationName } from "../../protocol/model.generated.ts";
import { serialize } from "../../protocol/serialize.ts";
import type { Caller, SignedRequest } from "../../protocol/sigv4.ts";
import { parseTarget } from "../../protocol/target.ts";
import { validate } from "../../protocol/validate.ts";
import type { OperationTable } from "../operations/registry.ts";
import { Stopwatch } from "./stopwatch.ts";

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
  readonly verifySignature: (request: SignedRequest) => Promise<Caller>;
  readonly newId: () => string;
  readonly log: Logger;
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
 * 6. the members' types                  SerializationException
 * 7. the members' constraints            ValidationException
 * 8. the operation's own rules           its documented errors
 */
export function createLadder({ operations, verifySignature, newId, log }: LadderParts) {
  return async (request: WireRequest): Promise<WireAnswer> => {
    const { requestId } = request;
    const stopwatch = new Stopwatch();
    let operation: OperationName | undefined;
    let caller: Caller | undefined;
    try {
      const json = stopwatch.time("parse", () => parseBody(request.body));
      operation = parseTarget(request.target);
      caller = await stopwatch.time("authenticate", () => verifySignature(request));
      const run = operations[operation];
      if (run === undefined) throw operationNotOffered(operation);
      const name = operation;
      const input = stopwatch.time("validate", () => {
        const read = deserialize(name, json);
        validate(name, read);
        return read;
      });
      const output = await stopwatch.time("operate", () => run(input as never, { requestId }));
      const body = stopwatch.time("serialize", () => serialize(name, output));
      log.info({ requestId, operation, accessKeyId: caller.accessKeyId, status: 200, ms: stopwatch.steps });
      return { status: 200, body };
    } catch (error) {
      const awsError = AwsError.is(error) ? error : internalError(error);
      const answer = renderError(awsError, { logref: newId() });
      const line = {
        requestId,
        operation,
        accessKeyId: caller?.accessKeyId,
        status: answer.status,
        error: awsError.name,
        ms: stopwatch.steps,
      };
      if (awsError.name === "InternalServerError") log.error({ ...line, err: awsError.cause });
      else log.info(line);
      return answer;
    }
  };
}
