/** Why npm could not fetch a package, as far as it tells. */
export interface NpmFailure {
  /** npm's own, such as E404, or that of the operating system or of TLS. */
  readonly code: string | undefined;
  /** One line in npm's words. */
  readonly summary: string;
}

/** What to do, by npm's codes. */
const remedies: readonly (readonly [codes: readonly string[], remedy: string])[] = [
  [
    ["E401", "ENEEDAUTH", "EOTP"],
    "the npm registry asks for a login: run `npm login`, or put a valid token for it into .npmrc",
  ],
  [
    ["E403"],
    "the npm registry, or a proxy before it, refuses the package: have whoever runs it allow this package and version, or give npm another proxy (`npm config set https-proxy`) or registry",
  ],
  [
    ["E407"],
    "the proxy asks for a login: put it into npm's settings (`npm config set https-proxy http://USER:PASSWORD@HOST:PORT`)",
  ],
  [
    ["E404", "E410", "ETARGET", "ENOVERSIONS"],
    "the npm registry does not have the package in this version: have whoever runs it add them, or bring the files by hand",
  ],
  [
    ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"],
    "the npm registry cannot be reached: `npm config get registry` tells which it is; behind a proxy, `npm config set https-proxy`",
  ],
  [
    ["FETCH_ERROR"],
    "the npm registry stopped in the middle, or something else answered in its place, such as a proxy's page: try again, and look at npm's registry and proxy (`npm config list`)",
  ],
  [
    ["ETIMEDOUT", "EIDLETIMEOUT", "ERR_SOCKET_TIMEOUT"],
    "the npm registry does not answer, or stopped in the middle: try again, and look at npm's registry and proxy (`npm config list`)",
  ],
  [
    ["ECONNRESET", "ECONNABORTED", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "Z_BUF_ERROR"],
    "the download was interrupted: try again",
  ],
  [
    ["EINTEGRITY"],
    "what came is not what the npm registry says it has, cut off or changed on its way: try again; if it stays so, `npm cache verify`, and look at the proxy between",
  ],
  [
    ["ENOSPC", "EDQUOT"],
    "the disk is full: make room where npm's cache (`npm config get cache`) and the temporary folder lie",
  ],
  [
    ["EACCES", "EPERM", "EROFS"],
    "npm may not write its cache or the temporary folder: set npm_config_cache and TMPDIR to folders that can be written to",
  ],
  [["ENOTCACHED"], "npm is set to work offline, and its cache does not have the package"],
  [
    [
      "CERT_HAS_EXPIRED",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    "the npm registry's certificate is not trusted: name your authority's in npm's setting `cafile`",
  ],
  [["E500", "E502", "E503", "E504"], "the npm registry has a fault of its own: try again later"],
];

const remedyOf: ReadonlyMap<string, string> = new Map(
  remedies.flatMap(([codes, remedy]) => codes.map((code) => [code, remedy] as const)),
);

/** A failure in a sentence: what to do, and what npm says. */
export function tellNpmFailure({ code, summary }: NpmFailure): string {
  const remedy = remedyOf.get(code ?? "") ?? "npm could not fetch it";
  return `${remedy} (npm: ${[code, summary].filter(Boolean).join(", ")})`;
}
