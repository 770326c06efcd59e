import { RekognitionClient } from "@aws-sdk/client-rekognition";
import { developmentCredential } from "../../boot/config.ts";
import { type CommandContext, UsageError } from "../command.ts";

/** Where a service answers that was started without settings. */
const localEndpoint = "http://127.0.0.1:8484";

/** Longest times to wait, in milliseconds: for a connection, and for the answer to one photo. */
const timeouts = { connectionTimeout: 5_000, requestTimeout: 120_000, throwOnRequestTimeout: true } as const;

/** Attempts of the SDK itself, within seconds; `patiently` is for what takes longer. */
const maxAttempts = 4;

/**
 * A client of the service that the options, or else the environment, name as AWS's tools do; never of AWS by
 * accident: without either it is the service on this machine. That one is asked with its development key when
 * the environment has none.
 *
 * @throws UsageError
 */
export function openClient(
  { endpoint, region }: { readonly endpoint?: string | undefined; readonly region?: string | undefined },
  env: CommandContext["env"],
): RekognitionClient {
  const address = endpoint ?? env.AWS_ENDPOINT_URL_REKOGNITION ?? env.AWS_ENDPOINT_URL ?? localEndpoint;
  if (!URL.canParse(address)) throw new UsageError(`The endpoint ${address} is no address`);
  const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(new URL(address).hostname);
  const hasKey = [env.AWS_ACCESS_KEY_ID, env.AWS_PROFILE].some(Boolean);
  return new RekognitionClient({
    endpoint: address,
    region: region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1",
    maxAttempts,
    requestHandler: timeouts,
    ...(isLocal && !hasKey && { credentials: developmentCredential }),
  });
}
