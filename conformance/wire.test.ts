import { DetectLabelsCommand } from "@aws-sdk/client-rekognition";
import { describe, expect, test } from "@jest/globals";
import { createClient, refusalOf } from "./support/client.ts";
import { emptyPhoto } from "./support/photos.ts";
import { sendRaw, signedRequest } from "./support/rawRequest.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("answers", () => {
  test("carry a request id, the content type and the length", async () => {
    const { status, headers, text } = await sendRaw(await signedRequest({}));
    expect(status).toBe(200);
    expect(headers["x-amzn-requestid"]).toMatch(uuid);
    expect(headers["content-type"]).toBe("application/x-amz-json-1.1");
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(text)));
  });

  test("the service's own errors carry Code, Message and a Logref that is not the request id", async () => {
    const { status, headers, json } = await sendRaw(
      await signedRequest({
        target: "RekognitionService.DescribeCollection",
        body: '{"CollectionId":"cameo-never-made"}',
      }),
    );
    expect(status).toBe(400);
    expect(Object.keys(json ?? {})).toEqual(["__type", "Code", "Logref", "Message"]);
    expect(json).toMatchObject({ __type: "ResourceNotFoundException", Code: "ResourceNotFoundException" });
    expect(json?.Logref).toMatch(uuid);
    expect(json?.Logref).not.toBe(headers["x-amzn-requestid"]);
  });

  test("the framework's errors carry a lower-case message alone", async () => {
    const { json } = await sendRaw(
      await signedRequest({ target: "RekognitionService.DescribeCollection", body: "{}" }),
    );
    expect(json).toEqual({
      __type: "ValidationException",
      message:
        "1 validation error detected: Value null at 'collectionId' failed to satisfy constraint: Member must not be null",
    });
  });
});

describe("the order of checks", () => {
  test.each(["", "{", "null", '"text"', '{"a":1,}'])("a body that is no JSON object: %j", async (body) => {
    const answer = await sendRaw(await signedRequest({ body }));
    expect(answer).toMatchObject({ status: 400, json: { __type: "SerializationException" } });
  });

  test("a body that is no JSON is told before a missing signature", async () => {
    const { headers, ...request } = await signedRequest({ body: "{" });
    const { authorization: _, ...unsigned } = headers;
    const answer = await sendRaw({ ...request, headers: unsigned });
    expect(answer.json?.__type).toBe("SerializationException");
  });

  test.each(["RekognitionService.NoSuchOperation", "OtherService.ListFaces", "ListFaces", ""])(
    "an unknown target: %j",
    async (target) => {
      const answer = await sendRaw(await signedRequest({ target }));
      expect(answer.status).toBe(400);
      expect(answer.text).toBe('{"__type":"UnknownOperationException"}');
    },
  );

  test("another content type", async () => {
    const { headers, ...request } = await signedRequest({});
    const answer = await sendRaw({ ...request, headers: { ...headers, "content-type": "text/plain" } });
    expect(answer).toMatchObject({ status: 404, text: expect.stringContaining("UnknownOperationException") });
  });

  test("another method", async () => {
    const answer = await sendRaw({ method: "PUT", headers: {}, body: "" });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining("AccessDeniedException") });
  });

  test("a type that is wrong is told before a constraint", async () => {
    const answer = await sendRaw(
      await signedRequest({
        target: "RekognitionService.ListFaces",
        body: '{"CollectionId":"no spaces","MaxResults":"many"}',
      }),
    );
    expect(answer.json?.__type).toBe("SerializationException");
  });

  test("a constraint is told before a missing collection", async () => {
    const answer = await sendRaw(
      await signedRequest({
        target: "RekognitionService.ListFaces",
        body: '{"CollectionId":"cameo-never-made","MaxResults":4097}',
      }),
    );
    expect(answer.json?.__type).toBe("ValidationException");
  });
});

describe("operations that are not offered", () => {
  test("an SDK client sees an error, not an empty success", async () => {
    const call = createClient().send(new DetectLabelsCommand({ Image: { Bytes: emptyPhoto() } }));
    expect(await refusalOf(call)).toMatchObject({ name: "UnknownOperationException", status: 400 });
  });
});
