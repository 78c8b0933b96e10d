import { expect, test } from "vitest";
import { parseAddress, usualAddress } from "./address.ts";

test("sockets and hosts in all their spellings", () => {
  const socket = { kind: "socket", path: "/run/docker.sock" };
  expect(parseAddress("/run/docker.sock")).toEqual(socket);
  expect(parseAddress("unix:///run/docker.sock")).toEqual(socket);
  expect(parseAddress("tcp://engine")).toEqual({ kind: "host", protocol: "http", host: "engine", port: 2375 });
  expect(parseAddress("http://engine:80")).toMatchObject({ protocol: "http" });
  expect(parseAddress("https://engine")).toEqual({ kind: "host", protocol: "https", host: "engine", port: 2376 });
});

test.each(["docker.sock", "unix://run/docker.sock", "ssh://root@engine", "tcp://", "tcp://me:pass@engine", ""])(
  "%j is no address",
  (address) => {
    expect(() => parseAddress(address)).toThrow(expect.objectContaining({ code: "E_ENGINE_ADDRESS" }));
  },
);

test("looks where engines have their sockets, the system's first", () => {
  const there =
    (...paths: string[]) =>
    (path: string) =>
      paths.includes(path);
  const own = "/run/user/1000/podman/podman.sock";
  expect(usualAddress("auto", "/run/user/1000", there(own))).toBe(`unix://${own}`);
  expect(usualAddress("auto", undefined, there("/run/podman/podman.sock"))).toBe("unix:///run/podman/podman.sock");
  expect(usualAddress("podman", undefined, there("/run/docker.sock"))).toBe("unix:///run/podman/podman.sock");
  expect(usualAddress("auto", undefined, () => false)).toBe("unix:///run/docker.sock");
});
