import { ListCollectionsCommand } from "@aws-sdk/client-rekognition";
import { describe, expect, test } from "@jest/globals";
import { createClient, credentials, refusalOf } from "./support/client.ts";
import { sendRaw, signedRequest } from "./support/rawRequest.ts";

const list = (changes: Parameters<typeof createClient>[0]) =>
  refusalOf(createClient({ ...changes, maxAttempts: 1 }).send(new ListCollectionsCommand({})));

describe("who may call", () => {
  test("a wrong secret", async () => {
    const wrong = { ...credentials, secretAccessKey: `${credentials.secretAccessKey}x` };
    expect(await list({ credentials: wrong })).toMatchObject({
      name: "InvalidSignatureException",
      status: 400,
    });
  });

  test("an unknown key", async () => {
    expect(
      await list({ credentials: { accessKeyId: "AKIDNEVERISSUED", secretAccessKey: "whatever-it-is" } }),
    ).toMatchObject({
      name: "UnrecognizedClientException",
      status: 400,
      message: "The security token included in the request is invalid.",
    });
  });

  test("a session token that nobody issued", async () => {
    expect(await list({ credentials: { ...credentials, sessionToken: "none" } })).toMatchObject({
      name: "UnrecognizedClientException",
      status: 400,
    });
  });

  test("a request signed for another region", async () => {
    expect(await list({ region: "xx-nowhere-9" })).toMatchObject({
      name: "InvalidSignatureException",
      status: 400,
    });
  });
});

describe("requests that were tampered with", () => {
  test("sent as it was signed, it passes, without x-amz-content-sha256 too", async () => {
    expect(await sendRaw(await signedRequest({}))).toMatchObject({ status: 200 });
    expect(await sendRaw(await signedRequest({ withBodyHash: true }))).toMatchObject({ status: 200 });
  });

  test.each([{ withBodyHash: false }, { withBodyHash: true }])("a changed body, %j", async (options) => {
    const request = await signedRequest(options);
    const answer = await sendRaw({ ...request, body: '{"MaxResults":2}' });
    expect(answer).toMatchObject({ status: 400, json: { __type: "InvalidSignatureException" } });
  });

  test("an expired date", async () => {
    const answer = await sendRaw(await signedRequest({ date: new Date(Date.now() - 16 * 60_000) }));
    expect(answer).toMatchObject({ status: 400, json: { __type: "InvalidSignatureException" } });
    expect(answer.json?.message).toMatch(/^Signature expired: \d{8}T\d{6}Z is now earlier than /);
  });

  test("no signature", async () => {
    const { headers, ...request } = await signedRequest({});
    const { authorization: _, ...unsigned } = headers;
    const answer = await sendRaw({ ...request, headers: unsigned });
    expect(answer).toMatchObject({ status: 400, json: { __type: "MissingAuthenticationTokenException" } });
  });
});
