import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";

/** `GET /metrics` for Prometheus, apart from the face that the public sees. */
export function createMetricsServer(registry: Registry): Server {
  return createServer(async (request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await registry.metrics();
      response.writeHead(200, { "Content-Type": registry.contentType }).end(text);
    } catch {
      response.writeHead(500).end();
    }
  });
}
