// Requests that two readers could understand differently: each is refused, or reaches the backend as exactly one request.
// After every one of them the connection is closed, or the next request on it gets its own answer.

import { connect as connect2, constants } from "node:http2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueLeaf, issueRoot } from "../../src/services/routes/certificates/issue.ts";
import { type Backend, backend, openSite, type ProxySite, route } from "./proxy-site.ts";
import { raw } from "./talk.ts";

let site: ProxySite;
let web: Backend;
const seen: string[] = [];

beforeAll(async () => {
  site = await openSite();
  web = await backend((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume().on("end", () => response.end(`saw ${request.url}`));
  });
  const now = Date.now() / 1000;
  const root = issueRoot("test", now - 60, now + 3600);
  const leaf = issueLeaf(["localhost"], { ...root, name: "test" }, now - 60, now + 3600);
  await site.publish([route({ backends: [web.spec] })], {
    certificates: [{ hosts: ["localhost"], certificate: leaf.certificate, key: leaf.key }],
  });
});
afterAll(async () => {
  await site?.close();
  await web?.close();
});

const HOST = "Host: localhost\r\n";
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
const post = (headers: string, body: string) => `POST /first HTTP/1.1\r\n${HOST}${headers}\r\n${body}`;

const REFUSED: Readonly<Record<string, string>> = {
  "length and chunks": post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${SMUGGLED}`),
  "chunks and length": post("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", `0\r\n\r\n${SMUGGLED}`),
  "two lengths": post(`Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n`, SMUGGLED),
  "two equal lengths": post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
  "a list of lengths": post("Content-Length: 3, 3\r\n", "abc"),
  "a signed length": post("Content-Length: +3\r\n", "abc"),
  "a length in hexadecimal": post("Content-Length: 0x3\r\n", "abc"),
  "an empty length": post("Content-Length:\r\n", ""),
  "a coding before chunked": post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
  "chunked twice": post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
  "two codings": post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", `0\r\n\r\n${SMUGGLED}`),
  identity: post("Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "abc"),
  "a made-up coding": post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
  "chunked with a vertical tab": post("Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"),
  "a blank before the colon": post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
  "a folded coding": post("X: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  "a bare line feed in the head": `POST /first HTTP/1.1\n${HOST}Content-Length: 0\n\n${SMUGGLED}`,
  "a bare carriage return": post("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  "a zero byte": post("X: a\0b\r\n", ""),
  "a chunk size with a sign": post("Transfer-Encoding: chunked\r\n", "+3\r\nabc\r\n0\r\n\r\n"),
  "a chunk size with 0x": post("Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n"),
  "a chunk size beyond all bounds": post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff3\r\nabc\r\n0\r\n\r\n"),
  "a chunk longer than it says": post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"),
  "a chunk that ends in a bare line feed": post("Transfer-Encoding: chunked\r\n", `3\nabc\n0\n\n${SMUGGLED}`),
  "two hosts": `GET / HTTP/1.1\r\n${HOST}Host: other\r\n\r\n`,
  "no host": "GET / HTTP/1.1\r\n\r\n",
  "a host with a path": "GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n",
  "a host with a user": "GET / HTTP/1.1\r\nHost: me@localhost\r\n\r\n",
  "an absolute address of another host": `GET http://other/ HTTP/1.1\r\n${HOST}\r\n`,
  "a blank in the address": `GET /a b HTTP/1.1\r\n${HOST}\r\n`,
  "a fragment": `GET /a#b HTTP/1.1\r\n${HOST}\r\n`,
  "an address without slash": `GET a HTTP/1.1\r\n${HOST}\r\n`,
  "a tunnel": `CONNECT localhost:80 HTTP/1.1\r\n${HOST}\r\n`,
  trace: `TRACE / HTTP/1.1\r\n${HOST}\r\n`,
  "a version of its own": `GET / HTTP/1.2\r\n${HOST}\r\n`,
  "the old version with chunks": `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "an upgrade with a body": `GET / HTTP/1.1\r\n${HOST}Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nhello`,
};

describe("over HTTP/1", () => {
  test.each(Object.entries(REFUSED))("%s is refused, and nothing after it is read", async (_, bytes) => {
    seen.length = 0;
    const answer = await raw(site.port, bytes, (text) => /\r\n\r\n/.test(text) && !bytes.includes("chunk"));
    expect(answer.slice(0, 12)).toMatch(/^HTTP\/1\.1 (?:400|405|417|501|502|505)/);
    expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
    expect(seen).not.toContain("GET /smuggled");
  });

  test("a request after a whole one gets its own answer", async () => {
    const both = post("Content-Length: 3\r\n", "abc") + SMUGGLED;
    const answer = await raw(site.port, both, (text) => text.includes("saw /smuggled"));
    expect(answer.match(/saw \S+/g)?.map((text) => text.slice(0, 13))).toEqual(
      ["saw /firstHTT", "saw /smuggled"].map((text) => expect.stringContaining(text.slice(0, 10))),
    );
  });

  test("an upgrade to HTTP/2 in the clear is not passed on", async () => {
    const upgrade = `GET /plain HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`;
    expect(await raw(site.port, upgrade, (text) => text.includes("saw"))).toMatch(/^HTTP\/1\.1 200/);
  });
});

describe("over HTTP/2", () => {
  const ask2 = (headers: Readonly<Record<string, string>>, body = "") =>
    new Promise<number | string>((resolve) => {
      const session = connect2(`https://localhost:${site.httpsPort}`, { rejectUnauthorized: false });
      session.on("error", (error) => resolve(error.message));
      const end = (result: number | string) => {
        session.destroy();
        resolve(result);
      };
      try {
        const stream = session.request({ ":method": "POST", ...headers }, { endStream: body === "" });
        stream.on("response", (fields) => end(Number(fields[constants.HTTP2_HEADER_STATUS])));
        stream.on("error", (error) => end(error.message));
        if (body !== "") stream.end(body);
      } catch (error) {
        end(String(error));
      }
    });

  test("an ordinary request passes", async () => {
    expect(await ask2({ ":path": "/x" }, "abc")).toBe(200);
  });

  test.each([
    ["a blank in the path", { ":path": "/a b HTTP/1.1" }],
    ["another host in the header", { ":path": "/", ":authority": "localhost", host: "other" }],
    ["a path without slash", { ":path": "x" }],
  ])("%s is refused", async (_, headers) => {
    expect(await ask2(headers)).not.toBe(200);
  });

  test("a length that lies is refused", async () => {
    expect(await ask2({ ":path": "/", "content-length": "10" }, "abc")).not.toBe(200);
  });
});
