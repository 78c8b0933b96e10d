// Names and groups of people, as this machine's name service (files, LDAP, SSSD) knows them: asked by `getent` and `id`,
// remembered for some minutes, never once per request. Knows no credentials.

import { execFile } from "node:child_process";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import { openGate } from "./gate.ts";
import { remembered } from "./remembered.ts";

/** A line of the password database. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What the name service says; numbers that it does not know have no name. @throws E_AUTH_NO_NAME */
export interface NameService {
  account(uid: number): Promise<Account | undefined>;
  accountNamed(name: string): Promise<Account | undefined>;
  groupName(gid: number): Promise<string | undefined>;
  groupNumber(name: string): Promise<number | undefined>;
  /** All groups of a person, the primary one first. */
  groups(uid: number, gid: number): Promise<readonly number[]>;
}

const FIVE_MINUTES = 300_000;
const ENTRIES = 20_000;
// Processes at once, and questions that may wait for one.
const WIDTH = 4;
const LENGTH = 10_000;

/** Runs a program; undefined when it found nothing. */
export type Ask = (program: string, args: readonly string[]) => Promise<string | undefined>;

/** The name service of this machine; `now` in milliseconds. */
export function systemNames(now: () => number = () => performance.now(), ask: Ask = boundedAsk()): NameService {
  const keep = <V>(load: (key: string) => Promise<V>) =>
    remembered(load, { entries: ENTRIES, ttlMs: FIVE_MINUTES, now });
  const passwd = keep(async (key) => readAccount(await ask("getent", ["passwd", "--", key])));
  const group = keep(async (key) => readGroup(await ask("getent", ["group", "--", key])));
  const members = keep(async (key) => readNumbers(await ask("id", ["-G", "--", key])));
  return {
    account: (uid) => passwd(String(uid)),
    accountNamed: async (name) => (isName(name) ? passwd(name) : undefined),
    groupName: async (gid) => (await group(String(gid)))?.name,
    groupNumber: async (name) => (isName(name) ? (await group(name))?.gid : undefined),
    async groups(uid, gid) {
      const all = await members(String(uid));
      return all.includes(gid) ? all : [gid, ...all];
    },
  };
}

// A number is looked up as one: somebody called "1000" must not be taken for user 1000.
function isName(text: string): boolean {
  return text.length <= 256 && /^[^\x00-\x20:,/-][^\x00-\x1f:,/]*$/.test(text) && !/^\d+$/.test(text);
}

function readAccount(line: string | undefined): Account | undefined {
  const [name, , uid, gid] = line?.split("\n")[0]?.split(":") ?? [];
  return name && uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : undefined;
}

function readGroup(line: string | undefined): { readonly name: string; readonly gid: number } | undefined {
  const [name, , gid] = line?.split("\n")[0]?.split(":") ?? [];
  return name && gid ? { name, gid: Number(gid) } : undefined;
}

function readNumbers(text: string | undefined): readonly number[] {
  const words = text?.trim().split(/\s+/) ?? [];
  return words.filter((word) => /^\d+$/.test(word)).map(Number);
}

function boundedAsk(): Ask {
  const gate = openGate(WIDTH, LENGTH);
  return (program, args) => gate.pass(() => output(program, args), undefined);
}

// `getent` ends with 2 and `id` with 1 for what is not there.
const NOT_THERE = new Set<unknown>([1, 2]);

function output(program: string, args: readonly string[]): Promise<string | undefined> {
  const options = { timeout: 10_000, maxBuffer: 4 * 1024 * 1024, env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout) => {
      if (!error) return resolve(stdout);
      if (NOT_THERE.has(error.code)) return resolve(undefined);
      const what = `${program} ${args.join(" ")}`;
      const why = error.killed ? "no answer within 10 seconds" : reasonOf(error).split("\n")[0];
      return reject(fail("E_AUTH_NO_NAME", { what, why }, { cause: error }));
    });
  });
}
