import { unknownOperation } from "./errors.ts";
import { type OperationName, operations } from "./model.generated.ts";

const PREFIX = "RekognitionService.";

/**
 * Reads the operation's name from the `X-Amz-Target` header, which is exactly `RekognitionService.<operation>`:
 * as at AWS, upper and lower case differ.
 *
 * @throws AwsError UnknownOperationException for anything else, or nothing
 */
export function parseTarget(header: string | undefined): OperationName {
  if (header?.startsWith(PREFIX)) {
    const name = header.slice(PREFIX.length);
    if (isOperation(name)) {
      return name;
    }
  }
  throw unknownOperation();
}

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
