import { unknownOperation } from "./errors.ts";
import { type OperationName, operations } from "./model.generated.ts";

const prefix = "RekognitionService.";

/**
 * Reads the operation's name from the `X-Amz-Target` header, which is exactly `RekognitionService.<operation>`:
 * as at AWS, upper and lower case differ.
 *
 * @throws AwsError UnknownOperationException for anything else, or nothing
 */
export function parseTarget(header: string | undefined): OperationName {
  if (header?.startsWith(prefix)) {
    const name = header.slice(prefix.length);
    if (isOperation(name)) {
      return name;
    }
  }
  throw unknownOperation();
}

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
