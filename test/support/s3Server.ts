import S3rver from "@20minutes/s3rver";
import accounts from "@20minutes/s3rver/lib/models/account.js";
import { testBucket, testCredential } from "./s3ServerProcess.ts";

/** A server of S3's protocol on a free port. @param argv.2 the folder that objects are kept in. */
const [, , directory] = process.argv;
if (directory === undefined) throw new Error("A folder for the objects has to be given");
accounts.DUMMY_ACCOUNT.createKeyPair(testCredential.accessKeyId, testCredential.secretAccessKey);
const server = new S3rver({
  address: "127.0.0.1",
  port: 0,
  directory,
  silent: true,
  configureBuckets: [{ name: testBucket }],
});
const { address, port } = await server.run();
console.log(`S3 answers at http://${address}:${port}`);
