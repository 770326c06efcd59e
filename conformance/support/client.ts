import { RekognitionClient, type RekognitionClientConfig } from "@aws-sdk/client-rekognition";

/** The endpoint that `conformance/run.ts` gave. */
export const endpoint = required("CONFORMANCE_ENDPOINT");
export const region = required("CONFORMANCE_REGION");

/** The key that the suite signs with. */
export const credentials = {
  accessKeyId: required("AWS_ACCESS_KEY_ID"),
  secretAccessKey: required("AWS_SECRET_ACCESS_KEY"),
  ...(process.env.AWS_SESSION_TOKEN !== undefined && { sessionToken: process.env.AWS_SESSION_TOKEN }),
};

/** A client as any program has it, but for what a test changes. */
export function createClient(changes: RekognitionClientConfig = {}): RekognitionClient {
  return new RekognitionClient({ endpoint, region, credentials, ...changes });
}

/** What a rejected SDK call tells: exception, status, text. */
export interface Refusal {
  readonly name: string;
  readonly status: number | undefined;
  readonly message: string;
}

/** Awaits a call that must be refused. @throws when it succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode, message };
  }
  throw new Error("The call succeeded, although it had to be refused");
}

function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run the suite by npm run conformance`);
  return value;
}
