import type { Socket } from "node:net";
import type { Arena, Outcome } from "./arena.ts";

/** All that comes back over a connection until it is closed, and whether it was in time. */
interface Ending {
  readonly text: string;
  readonly isClosed: boolean;
}

/** Waits until the other side ends a connection, some milliseconds at most. */
function endingOf(socket: Socket, longest: number): Promise<Ending> {
  return new Promise((resolve) => {
    let text = "";
    const end = (isClosed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, isClosed });
    };
    const timer = setTimeout(() => end(false), longest);
    socket.on("data", (piece) => {
      text += piece;
    });
    socket.on("close", () => end(true));
  });
}

const request = (rest: string) =>
  `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\n${rest}`;

/**
 * Opens connections that say nothing, or a byte each second, and keeps them as long as it is let.
 *
 * @param count connections of each kind.
 * @param longest milliseconds after which the service has to have closed each.
 */
export async function beSlow(arena: Arena, count: number, longest: number): Promise<Outcome> {
  const kinds: Readonly<Record<string, { readonly first: string; readonly drip: string }>> = {
    "says nothing": { first: "", drip: "" },
    "slow headers": { first: request(""), drip: "X-Slow: 1\r\n" },
    "slow body": { first: request("Content-Length: 1000000\r\n\r\n"), drip: "{" },
    "slow chunks": { first: request("Transfer-Encoding: chunked\r\n\r\n"), drip: "1\r\n{\r\n" },
  };
  const broken: string[] = [];
  const letIn: string[] = [];
  await Promise.all(
    Object.entries(kinds).flatMap(([name, { first, drip }]) =>
      Array.from({ length: count }, async () => {
        const socket = await arena.open();
        socket.write(first);
        const dripping = setInterval(() => drip && socket.write(drip), 1000);
        const { text, isClosed } = await endingOf(socket, longest);
        clearInterval(dripping);
        if (text.includes(" 200 ")) letIn.push(name);
        if (!isClosed) broken.push(`${name}: the connection is kept`);
      }),
    ),
  );
  return { tried: count * Object.keys(kinds).length, letIn, broken };
}

/** A request in a request: what a proxy and the service might read differently. Only one answer may come, a refusal. */
export async function smuggle(arena: Arena): Promise<Outcome> {
  const inner = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  const attempts: Readonly<Record<string, string>> = {
    "both lengths": request(`Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`),
    "both lengths, the other way": request(
      `Transfer-Encoding: chunked\r\nContent-Length: 50\r\n\r\n0\r\n\r\n${inner}`,
    ),
    "two lengths": request(`Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`),
    "two lengths in one": request(`Content-Length: 0, ${inner.length}\r\n\r\n${inner}`),
    "a length with a sign": request(`Content-Length: +0\r\n\r\n${inner}`),
    "a length in hexadecimal": request(`Content-Length: 0x0\r\n\r\n${inner}`),
    "a negative length": request(`Content-Length: -1\r\n\r\n${inner}`),
    "a space before the colon": request(`Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`),
    "another coding": request(`Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`),
    "chunked, and then another coding": request(
      `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
    ),
    "a folded header": request(`X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`),
    "a chunk's size that is no number": request(`Transfer-Encoding: chunked\r\n\r\nzz\r\n${inner}`),
    "a chunk's size beyond 64 bits": request(
      `Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${inner}`,
    ),
    "a chunk that is longer than it says": request(
      `Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n${inner}`,
    ),
    "lines that end in LF": request(`Transfer-Encoding: chunked\n\n0\n\n${inner}`),
    "a NUL in a header": request(`X-A: \0\r\n\r\n${inner}`),
    "another protocol": `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${inner}`,
    "a request line without a version": `POST /\r\n\r\n${inner}`,
    "TLS to the plain port": "\u0016\u0003\u0001\u0002\u0000",
  };
  const [letIn, broken]: [string[], string[]] = [[], []];
  for (const [name, text] of Object.entries(attempts)) {
    const socket = await arena.open();
    socket.write(Buffer.from(text, "latin1"));
    const answers = (await endingOf(socket, 15_000)).text;
    if (answers.includes(" 200 ")) letIn.push(name);
    if (!/^HTTP\/1\.1 4\d\d /.test(answers)) broken.push(`${name}: ${answers.slice(0, 100) || "no answer"}`);
  }
  return { tried: Object.keys(attempts).length, letIn, broken };
}

/**
 * Sends bodies of 32 MiB over many connections at once, signed by nobody, with and without a length.
 *
 * @param count connections.
 */
export async function flood(arena: Arena, count: number): Promise<Outcome> {
  const size = 32 * 1024 * 1024;
  const body = Buffer.alloc(size, " ");
  const [letIn, broken]: [string[], string[]] = [[], []];
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = await arena.open();
      if (index % 2 === 0) {
        socket.write(request(`Content-Length: ${size}\r\n\r\n`));
        socket.write(body);
      } else {
        socket.write(request(`Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n`));
        socket.write(body);
        socket.write("\r\n0\r\n\r\n");
      }
      const { text } = await endingOf(socket, 60_000);
      if (text.includes(" 200 ")) letIn.push("a flood");
      // Those that are cut off because they take too long, or are refused without waiting, may see no answer.
      if (/ 500 /.test(text) && !text.includes("ThrottlingException")) broken.push(text.slice(0, 200));
    }),
  );
  return { tried: count, letIn, broken };
}

/** Sends a body in chunks of one byte each: millions of pieces for a service that keeps what it gets as it gets it. */
export async function sendTinyChunks(arena: Arena, bytes: number): Promise<Outcome> {
  const socket = await arena.open();
  socket.write(request(`Transfer-Encoding: chunked\r\n\r\n${"1\r\n \r\n".repeat(bytes)}0\r\n\r\n`));
  const { text } = await endingOf(socket, 60_000);
  const broken = /^HTTP\/1\.1 4/.test(text) ? [] : [`no refusal: ${text.slice(0, 200)}`];
  return { tried: 1, letIn: text.includes(" 200 ") ? ["a body in tiny chunks"] : [], broken };
}
