import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { drainable } from "./drain.ts";

let server: Server;
let responses: ServerResponse[];
let drain: (limit: number) => Promise<number>;
let port: number;
let sockets: Socket[];

beforeEach(async () => {
  [responses, sockets] = [[], []];
  server = createServer((_request, response) => void responses.push(response));
  drain = drainable(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  server.close();
});

/** Sends a request on a connection that stays open; gives what came back when it was closed. */
async function send(): Promise<{ readonly answer: Promise<string> }> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let text = "";
  socket.on("data", (piece) => {
    text += piece;
  });
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(server, "request");
  return { answer: once(socket, "close").then(() => text) };
}

test("what is in work is answered, and told that the connection ends; who comes then is refused", async () => {
  const { answer } = await send();
  const drained = drain(60_000);
  const late = connect(port, "127.0.0.1");
  const [error] = await once(late, "error");
  expect(error.code).toBe("ECONNREFUSED");
  responses[0]?.end("done");
  expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*Connection: close[\s\S]*done/);
  expect(await drained).toBe(0);
});

test("a request that comes over a connection that was idle is answered, and told that the connection ends", async () => {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  const ask = () => socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ask();
  await once(server, "request");
  responses[0]?.end("first");
  expect(String((await once(socket, "data"))[0])).toContain("Connection: keep-alive");
  const drained = drain(60_000);
  ask();
  await once(server, "request");
  responses[1]?.end("second");
  expect(String((await once(socket, "data"))[0])).toContain("Connection: close");
  expect(await drained).toBe(0);
});

test("a connection that stays idle is closed", async () => {
  const { answer } = await send();
  responses[0]?.end("done");
  await once(responses[0] as ServerResponse, "close");
  expect(await drain(60_000)).toBe(0);
  expect(await answer).toContain("done");
});

test("what takes too long is cut off", async () => {
  const { answer } = await send();
  expect(await drain(10)).toBe(1);
  expect(await answer).toBe("");
});
