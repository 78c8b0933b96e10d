// `perNodeCache=size=N[,bs=N][,fs=xfs][,method=loop]`: a file system of a node, made for one user's job (spec/shifter.md 5.5).

import type { PerNodeCache } from "./volume-types.ts";

const MIB = 1024 ** 2;

/** The settings of a per-node cache. @throws what `bad` makes of the reason */
export function parsePerNodeCache(text: string, bad: (why: string) => Error): PerNodeCache {
  const said = new Map<string, string>();
  for (const part of text.split(",").filter((word) => word.trim() !== "")) {
    const [name = "", value = ""] = splitOnce(part);
    // `fstype` is how a signature writes it.
    const key = name.toLowerCase().replace(/^fstype$/, "fs");
    if (!["size", "bs", "fs", "method"].includes(key)) throw bad(`perNodeCache knows no ${name}`);
    if (said.has(key)) throw bad(`perNodeCache has ${name} twice`);
    said.set(key, value);
  }
  if (!said.has("size")) throw bad("perNodeCache needs a size");
  const { fs, method } = {
    fs: said.get("fs")?.toLowerCase() ?? "xfs",
    method: said.get("method")?.toLowerCase() ?? "loop",
  };
  if (fs !== "xfs") throw bad(`a perNodeCache cannot be made with the file system ${fs}`);
  if (method !== "loop") throw bad(`a perNodeCache cannot be made by ${method}`);
  const bytes = (key: string, otherwise: number) => {
    const written = said.get(key);
    const value = written === undefined ? otherwise : parseBytes(written);
    if (value === undefined || value < 1) throw bad(`the ${key} of a perNodeCache is no number of bytes: ${written}`);
    return value;
  };
  return { size: bytes("size", 0), blockSize: bytes("bs", MIB), fs, method };
}

/** Bytes of `5`, `500K`, `500KB`, `1.5T`, as Shifter counts them (powers of 1024); undefined when it is none. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)\s*([bkmgtpe]?)[a-z]*$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Math.floor(Number(digits) * 1024 ** Math.max(0, "bkmgtpe".indexOf(unit.toLowerCase() || "b")));
  // Beyond, a number is not written down as people and kernels write it.
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function splitOnce(part: string): readonly [string, string] {
  const at = part.indexOf("=");
  return at < 0 ? [part.trim(), ""] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
}
