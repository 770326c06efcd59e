import { expect, test } from "@jest/globals";
import { calculateSignature, hashBody } from "./signature.ts";

/** "get-vanilla" of AWS's test suite for Signature Version 4. */
test("calculates the signature that AWS publishes as an example", async () => {
  const signature = await calculateSignature(
    {
      method: "GET",
      path: "/",
      headers: new Map([
        ["host", "example.amazonaws.com"],
        ["x-amz-date", "20150830T123600Z"],
      ]),
      bodyHash: hashBody(new Uint8Array()),
      date: new Date("2015-08-30T12:36:00Z"),
    },
    {
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      region: "us-east-1",
      service: "service",
    },
  );
  expect(signature).toBe("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
});
