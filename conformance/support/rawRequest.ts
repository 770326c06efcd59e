import { credentials, endpoint, region } from "./client.ts";
import { type RawAnswer, type RawRequest, send } from "./http.ts";
import { createSigner } from "./signer.ts";

/** A request that is signed correctly with the suite's key, ListCollections unless another target is given. */
export const signedRequest = createSigner({ endpoint, region, credentials });

/** Sends a request exactly as it is, over a connection of its own. */
export function sendRaw(request: RawRequest, path = "/"): Promise<RawAnswer> {
  return send(request, new URL(path, endpoint));
}
