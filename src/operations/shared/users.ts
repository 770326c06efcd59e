import type { UserStatus } from "@aws-sdk/client-rekognition";
import {
  requestTokenInUse,
  serviceQuotaExceeded,
  userAlreadyExists,
  userNotFound,
} from "../../../protocol/errors.ts";
import type { OperationName } from "../../../protocol/model.generated.ts";
import { type IdempotentRequest, RequestTokenReusedError } from "../../storage/requestTokens.ts";
import {
  type FaceChange,
  UserExistsError,
  UserFullError,
  UserMissingError,
} from "../../storage/userStore.ts";
import { unlessGone } from "./collections.ts";

/** Most faces that a user may have. */
export const maximumFacesPerUser = 100;

/** What every request that changes a user says. */
interface UserChangeRequest {
  readonly CollectionId: string;
  readonly UserId: string;
  readonly ClientRequestToken?: string | undefined;
}

/**
 * Changes a user for a request, once for each ClientRequestToken; what storage refuses becomes Rekognition's
 * error.
 *
 * @param change does it, in storage, for the request that it is given.
 * @throws AwsError
 */
export async function changeUser<Outcome>(
  operation: OperationName,
  { CollectionId, ClientRequestToken, ...parameters }: UserChangeRequest,
  change: (request: IdempotentRequest | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  const request =
    ClientRequestToken === undefined ? undefined : { operation, token: ClientRequestToken, parameters };
  try {
    return await unlessGone(CollectionId, change(request));
  } catch (error) {
    if (error instanceof UserMissingError) throw userNotFound(parameters.UserId);
    if (error instanceof UserExistsError) throw userAlreadyExists(parameters.UserId);
    if (error instanceof UserFullError) throw serviceQuotaExceeded("faces per user", maximumFacesPerUser);
    if (error instanceof RequestTokenReusedError && request) throw requestTokenInUse(request.token);
    throw error;
  }
}

/** ACTIVE for a user whose faces can be found by, CREATED for one who has none. */
export function statusOf({ hasFaces }: { readonly hasFaces: boolean }): UserStatus {
  return hasFaces ? "ACTIVE" : "CREATED";
}

/**
 * The status that a change of a user's faces is answered with: UPDATING, as Rekognition has it, although the
 * change is done by then and the next request sees it; the user's own when nothing was to be changed.
 */
export function statusAfter(change: FaceChange): UserStatus {
  return change.changed.length > 0 ? "UPDATING" : statusOf({ hasFaces: change.faceCount > 0 });
}
