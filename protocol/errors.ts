import type { OperationName } from "./model.generated.ts";

type Fault = "client" | "server";

/** Who raises an exception: the service itself, or the framework in front of it. It decides the body's form. */
type Origin = "service" | "framework";

interface ErrorModel {
  readonly status: number;
  readonly fault: Fault;
  readonly origin: Origin;
}

const serviceClient = { status: 400, fault: "client", origin: "service" } as const;
const serviceServer = { status: 500, fault: "server", origin: "service" } as const;
const frameworkClient = { status: 400, fault: "client", origin: "framework" } as const;

/**
 * Every exception that this endpoint's model knows, by its name on the wire.
 *
 * @see https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html
 */
export const errorModels = {
  AccessDeniedException: serviceClient,
  ConflictException: serviceClient,
  HumanLoopQuotaExceededException: { ...serviceClient, status: 402 },
  IdempotentParameterMismatchException: serviceClient,
  ImageTooLargeException: serviceClient,
  InternalServerError: serviceServer,
  InvalidImageFormatException: serviceClient,
  InvalidManifestException: serviceClient,
  InvalidPaginationTokenException: serviceClient,
  InvalidParameterException: serviceClient,
  InvalidPolicyRevisionIdException: serviceClient,
  InvalidS3ObjectException: serviceClient,
  LimitExceededException: serviceClient,
  MalformedPolicyDocumentException: serviceClient,
  ProvisionedThroughputExceededException: serviceClient,
  ResourceAlreadyExistsException: serviceClient,
  ResourceInUseException: serviceClient,
  ResourceNotFoundException: serviceClient,
  ResourceNotReadyException: serviceClient,
  ServiceQuotaExceededException: serviceClient,
  SessionNotFoundException: serviceClient,
  ThrottlingException: serviceServer,
  VideoTooLargeException: serviceClient,

  // Not in Rekognition's model: https://docs.aws.amazon.com/rekognition/latest/APIReference/CommonErrors.html
  IncompleteSignatureException: frameworkClient,
  InvalidSignatureException: frameworkClient,
  MissingAuthenticationTokenException: frameworkClient,
  SerializationException: frameworkClient,
  UnknownOperationException: frameworkClient,
  UnrecognizedClientException: frameworkClient,
  ValidationException: frameworkClient,
} as const satisfies Record<string, ErrorModel>;

export type ErrorName = keyof typeof errorModels;

/** Shared by all copies of this module, where `instanceof` would tell two copies apart. */
const brand = Symbol.for("cameo.AwsError");

/**
 * An answer that is an AWS exception. `name` is the exception's name on the wire, `message` its text, which is
 * empty for the framework errors that AWS answers without one.
 */
export class AwsError extends Error {
  override readonly name: ErrorName;
  readonly [brand] = true;

  constructor(name: ErrorName, message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }

  static is(value: unknown): value is AwsError {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/**
 * Writes an exception as AWS does: its HTTP status and its JSON body.
 *
 * @param ids.logref a UUID that is not the request id, as in AWS's own answers
 * @see https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html for the service's form
 */
export function renderError(
  error: AwsError,
  ids: { readonly logref: string },
): { status: number; body: string } {
  const { status, origin } = errorModels[error.name];
  return { status, body: JSON.stringify(errorBody(error, origin, ids.logref)) };
}

function errorBody({ name, message }: AwsError, origin: Origin, logref: string): Record<string, string> {
  if (origin === "service") {
    return { __type: name, Code: name, Logref: logref, ...(message && { Message: message }) };
  }
  // The framework names the text of this one exception as the service does, and of all others in lower case.
  const key = name === "SerializationException" ? "Message" : "message";
  return { __type: name, ...(message && { [key]: message }) };
}

// The service's texts. They are AWS's, recorded from its answers or quoted in its documentation, unless a
// docstring says that no text of AWS's is known.

/** SearchFacesByImage, when the image shows no face. */
export const noFacesInImage = (): AwsError =>
  new AwsError("InvalidParameterException", "There are no faces in the image. Should be at least 1.");

/** CompareFaces, when the source or the target shows no face; an image under the smallest size. */
export const invalidParameters = (): AwsError =>
  new AwsError("InvalidParameterException", "Request has invalid parameters");

/** An `Image` with neither `Bytes` nor `S3Object`. */
export const noImageGiven = (): AwsError =>
  new AwsError("InvalidParameterException", "Requested image should either contain bytes or s3 object.");

/** SearchFaces and SearchUsers, when the collection has no such face. */
export const faceNotFound = (): AwsError =>
  new AwsError("InvalidParameterException", "faceId was not found in the collection.");

/** The image is neither a JPEG nor a PNG. */
export const invalidImageFormat = (): AwsError =>
  new AwsError("InvalidImageFormatException", "Request has invalid image format");

/** The image is of a known format, and cannot be decoded. */
export const invalidImageEncoding = (): AwsError =>
  new AwsError("InvalidImageFormatException", "Invalid image encoding");

/** The S3 object does not exist, or may not be read. */
export const s3ObjectUnavailable = (): AwsError =>
  new AwsError(
    "InvalidS3ObjectException",
    "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
  );

/** The S3 object's name is not one that can be fetched. */
export const invalidS3Object = (): AwsError =>
  new AwsError("InvalidS3ObjectException", "Request has invalid S3 object.");

/** The image has more bytes than the operation accepts. */
export const imageTooLarge = (): AwsError =>
  new AwsError("ImageTooLargeException", "Image size is too large.");

/** The image is wider or higher than `limit`; all three in pixels. */
export const imageDimensionsTooLarge = (width: number, height: number, limit: number): AwsError =>
  new AwsError(
    "ImageTooLargeException",
    `Input image dimensions ${width} x ${height} exceed maximum dimension size of ${limit} pixels`,
  );

export const collectionNotFound = (collectionId: string): AwsError =>
  new AwsError("ResourceNotFoundException", `The collection id: ${collectionId} does not exist`);

export const collectionAlreadyExists = (collectionId: string): AwsError =>
  new AwsError("ResourceAlreadyExistsException", `The collection id: ${collectionId} already exists`);

/** No text of AWS's is known: worded as for collections. */
export const userNotFound = (userId: string): AwsError =>
  new AwsError("ResourceNotFoundException", `The user id: ${userId} does not exist`);

/** No text of AWS's is known: worded as for collections. */
export const userAlreadyExists = (userId: string): AwsError =>
  new AwsError("ConflictException", `The user id: ${userId} already exists`);

/** Tagging something that does not exist. No text of AWS's is known: worded as for collections. */
export const resourceNotFound = (resourceArn: string): AwsError =>
  new AwsError("ResourceNotFoundException", `The resource: ${resourceArn} does not exist`);

/** A tag that begins with `cameo:` and means nothing to this endpoint; AWS has no such tags. */
export const invalidTag = (message: string): AwsError => new AwsError("InvalidParameterException", message);

/** No text of AWS's is known. */
export const livenessSessionNotFound = (sessionId: string): AwsError =>
  new AwsError("SessionNotFoundException", `The session id: ${sessionId} does not exist`);

/** No text of AWS's is known: `what` names the limit, such as "faces per user". */
export const serviceQuotaExceeded = (what: string, limit: number): AwsError =>
  new AwsError("ServiceQuotaExceededException", `The limit of ${limit} ${what} is exceeded`);

/** A `NextToken` that this endpoint did not issue for this request. */
export const invalidPaginationToken = (): AwsError =>
  new AwsError("InvalidPaginationTokenException", "Invalid Token");

/** A `ClientRequestToken` that came before with other parameters. */
export const requestTokenInUse = (token: string): AwsError =>
  new AwsError(
    "IdempotentParameterMismatchException",
    `The ClientRequestToken: ${token} you have supplied is already in use.`,
  );

/** The caller is known, and its policy does not allow the operation; `resourceArn` is absent where it names none. */
export const notAuthorized = (
  userArn: string,
  operation: OperationName,
  resourceArn: string | undefined,
): AwsError =>
  new AwsError(
    "AccessDeniedException",
    `User: ${userArn} is not authorized to perform: rekognition:${operation}${resourceArn === undefined ? "" : ` on resource: ${resourceArn}`} because no identity-based policy allows the rekognition:${operation} action`,
  );

/** The caller is over its own rate. SDKs retry it after a pause. */
export const provisionedRateExceeded = (): AwsError =>
  new AwsError("ProvisionedThroughputExceededException", "Provisioned rate exceeded");

/** S3 asks to be asked less. SDKs retry it after a pause. */
export const s3DownloadLimitExceeded = (): AwsError =>
  new AwsError("ProvisionedThroughputExceededException", "S3 download limit exceeded.");

/** The endpoint is over its capacity. SDKs retry it after a pause. */
export const throttled = (): AwsError =>
  new AwsError("ThrottlingException", "Slow down; sudden increase in rate of requests.");

/**
 * The endpoint cannot serve now: it starts, stops, or lacks what it depends on. SDKs retry it after a pause. The
 * `cause` is for the log.
 */
export const serviceUnavailable = (cause?: unknown): AwsError =>
  new AwsError("ThrottlingException", "Service Unavailable", { cause });

/** What went wrong is the `cause`, which is for the log and never for the answer. */
export const internalError = (cause?: unknown): AwsError =>
  new AwsError("InternalServerError", "Internal server error", { cause });

/** The collection was made with models that this server cannot run; `cause`, for the log, says why. */
export const modelPackUnavailable = (modelPack: string, cause: unknown): AwsError =>
  new AwsError(
    "InternalServerError",
    `The collection was created with the model pack ${modelPack}, which this server cannot run`,
    { cause },
  );

/**
 * An operation of Rekognition that Cameo does not offer.
 *
 * It is answered as an UnknownOperationException, with the text that AWS leaves out: it is what AWS answers to an
 * operation that an endpoint does not dispatch, no SDK retries it, and unlike an AccessDeniedException (AWS's
 * answer for a feature that a region lacks) nobody's code takes it for a missing permission.
 */
export const operationNotOffered = (operation: OperationName): AwsError =>
  new AwsError("UnknownOperationException", `${operation} is not offered by this endpoint.`);

// The framework's texts.

/** A target that is no operation at all: AWS answers without a text. */
export const unknownOperation = (): AwsError => new AwsError("UnknownOperationException");

/** A body that is not the JSON that the operation's shapes ask for. AWS gives no text for what is not JSON. */
export const serializationError = (message?: string): AwsError =>
  new AwsError("SerializationException", message);

/** A signature that is there and is wrong. */
export const invalidSignature = (message: string): AwsError =>
  new AwsError("InvalidSignatureException", message);
