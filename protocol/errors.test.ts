import { describe, expect, test } from "@jest/globals";
import {
  AwsError,
  collectionNotFound,
  internalError,
  operationNotOffered,
  renderError,
  s3ObjectUnavailable,
  serializationError,
  throttled,
  unknownOperation,
} from "./errors.ts";

const ids = { logref: "5022229e-7e48-11e9-9ad1-854a4567eb71" };

describe("renderError", () => {
  test("writes a service's exception as AWS's documentation shows it, to the byte", () => {
    const { status, body } = renderError(s3ObjectUnavailable(), ids);
    expect(status).toBe(400);
    expect(body).toBe(
      '{"__type":"InvalidS3ObjectException","Code":"InvalidS3ObjectException","Logref":"5022229e-7e48-11e9-9ad1-854a4567eb71","Message":"Unable to get object metadata from S3. Check object key, region and/or access permissions."}',
    );
    expect(Buffer.byteLength(body)).toBe(222);
  });

  test.each([
    [new AwsError("ValidationException", "text"), '{"__type":"ValidationException","message":"text"}'],
    [serializationError("text"), '{"__type":"SerializationException","Message":"text"}'],
    [serializationError(), '{"__type":"SerializationException"}'],
    [unknownOperation(), '{"__type":"UnknownOperationException"}'],
    [
      operationNotOffered("DetectLabels"),
      '{"__type":"UnknownOperationException","message":"DetectLabels is not offered by this endpoint."}',
    ],
  ])("writes a framework's exception with its text in lower case, or without: %s", (error, body) => {
    expect(renderError(error, ids)).toEqual({ status: 400, body });
  });

  test.each([
    [collectionNotFound("party"), 400],
    [throttled(), 500],
    [internalError(), 500],
    [new AwsError("HumanLoopQuotaExceededException"), 402],
  ])("gives %s its status", (error, status) => {
    expect(renderError(error, ids).status).toBe(status);
  });

  test("escapes what a caller sent", () => {
    expect(JSON.parse(renderError(collectionNotFound('"\u0000'), ids).body)).toHaveProperty(
      "Message",
      'The collection id: "\u0000 does not exist',
    );
  });

  test("tells nothing of an internal error's cause", () => {
    const error = internalError(new Error("password"));
    expect(error.cause).toEqual(new Error("password"));
    expect(renderError(error, ids).body).not.toContain("password");
  });
});

describe("AwsError.is", () => {
  test("knows an AwsError, of another copy of the module too, from all else", () => {
    expect(AwsError.is(throttled())).toBe(true);
    expect(AwsError.is({ name: "ThrottlingException", [Symbol.for("cameo.AwsError")]: true })).toBe(true);
    expect(AwsError.is(new Error("ThrottlingException"))).toBe(false);
    expect(AwsError.is(undefined)).toBe(false);
  });
});
