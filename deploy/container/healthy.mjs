// Exit code 0 when the service in this container answers requests, 1 when not.
import http from "node:http";
import https from "node:https";

const { get } = process.env.CAMEO_TLS_CERT ? https : http;
const url = { host: "127.0.0.1", port: process.env.CAMEO_PORT || 8484, path: "/readyz" };
// The certificate is for the name that clients know.
const answer = get({ ...url, rejectUnauthorized: false, timeout: 5000 }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
);
answer.on("timeout", () => process.exit(1));
answer.on("error", () => process.exit(1));
