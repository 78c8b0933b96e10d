// `berth key newpair|import|export|list|remove|pull|push|search`: Apptainer's words and flags.

import { Command } from "commander";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { GLOBAL_FLAG, KEYS_FLAG, SERVER_FLAG } from "./key-places.ts";
import { PASSPHRASE_FLAG } from "./passphrase.ts";

const NEW_FLAGS = [
  { long: "name", short: "N", kind: "text", value: "name", env: [], help: "the owner's name" },
  { long: "email", short: "E", kind: "text", value: "address", env: [], help: "the owner's address" },
  { long: "comment", short: "C", kind: "text", value: "text", env: [], help: 'a remark, such as "release key"' },
  { long: "algorithm", kind: "text", value: "name", env: [], help: "rsa (default; read everywhere) or ed25519" },
  { long: "bit-length", short: "b", kind: "text", value: "bits", env: [], help: "bits of an RSA key (4096)" },
  { long: "expire", kind: "text", value: "days", env: [], help: "days after which the key expires (never)" },
  { long: "push", short: "U", kind: "switch", env: [], help: "give the public key to the key server" },
  { long: "password", short: "P", kind: "text", value: "word", env: [], help: "the passphrase", hidden: true },
  { long: "no-passphrase", kind: "switch", env: [], help: "leave the private key unlocked on disk" },
  PASSPHRASE_FLAG,
  SERVER_FLAG,
  KEYS_FLAG,
] as const satisfies readonly FlagSpec[];

const IMPORT_FLAGS = [
  { long: "new-password", kind: "switch", env: [], help: "lock a private key with another passphrase" },
  PASSPHRASE_FLAG,
  GLOBAL_FLAG,
  KEYS_FLAG,
] as const satisfies readonly FlagSpec[];

const EXPORT_FLAGS = [
  { long: "secret", short: "s", kind: "switch", env: [], help: "the private key (locked, as it is kept)" },
  { long: "armor", short: "a", kind: "switch", env: [], help: "as text" },
  GLOBAL_FLAG,
  KEYS_FLAG,
] as const satisfies readonly FlagSpec[];

const LIST_FLAGS = [
  { long: "secret", short: "s", kind: "switch", env: ["SECRET"], help: "the private keys" },
  { long: "json", short: "j", kind: "switch", env: [], help: "as JSON" },
  GLOBAL_FLAG,
  KEYS_FLAG,
] as const satisfies readonly FlagSpec[];

const REMOVE_FLAGS = [
  { long: "public", short: "p", kind: "switch", env: [], help: "the public key (default)" },
  { long: "secret", short: "s", kind: "switch", env: [], help: "the private key" },
  { long: "both", short: "b", kind: "switch", env: [], help: "both" },
  GLOBAL_FLAG,
  KEYS_FLAG,
] as const satisfies readonly FlagSpec[];

const SERVER_FLAGS = [SERVER_FLAG, GLOBAL_FLAG, KEYS_FLAG] as const;

const SEARCH_FLAGS = [
  { long: "long-list", short: "l", kind: "switch", env: [], help: "with algorithm and date" },
  SERVER_FLAG,
] as const satisfies readonly FlagSpec[];

const KEY = ["<fingerprint>", "fingerprint (40 digits) or key id (16 digits)"] as const;

/** `berth key`. */
export function keyCommand(context: Context): Command {
  const work = () => import("./key-work.ts");
  const { env } = context;
  const sub = <const T extends readonly FlagSpec[]>(name: string, summary: string, flags: T) =>
    addFlags(new Command(name).summary(summary).description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`), flags);
  const newpair = sub("newpair", "make a key pair", NEW_FLAGS);
  newpair.action(async () => (await work()).newPair(readFlags(newpair, NEW_FLAGS, env), context));
  const importing = sub("import", "add the keys of a file", IMPORT_FLAGS).argument("<file>");
  importing.action(async (file: string) =>
    (await work()).importKeys(file, readFlags(importing, IMPORT_FLAGS, env), context),
  );
  const exporting = sub("export", "write a key into a file", EXPORT_FLAGS).argument("<file>").argument("[fingerprint]");
  exporting.action(async (file: string, wanted: string | undefined) =>
    (await work()).exportKey(file, wanted, readFlags(exporting, EXPORT_FLAGS, env), context),
  );
  const list = sub("list", "list the keys", LIST_FLAGS);
  list.action(async () => (await work()).listKeys(readFlags(list, LIST_FLAGS, env), context));
  const remove = sub("remove", "remove a key", REMOVE_FLAGS).argument(...KEY);
  remove.action(async (wanted: string) =>
    (await work()).removeKeys(wanted, readFlags(remove, REMOVE_FLAGS, env), context),
  );
  const pull = sub("pull", "add a key from the key server", SERVER_FLAGS).argument(...KEY);
  pull.action(async (wanted: string) => (await work()).pull(wanted, readFlags(pull, SERVER_FLAGS, env), context));
  const push = sub("push", "give a public key to the key server", SERVER_FLAGS).argument(...KEY);
  push.action(async (wanted: string) => (await work()).push(wanted, readFlags(push, SERVER_FLAGS, env), context));
  const search = sub("search", "search the key server", SEARCH_FLAGS).argument(
    "<words>",
    "name, address or fingerprint",
  );
  search.action(async (words: string) => (await work()).search(words, readFlags(search, SEARCH_FLAGS, env), context));
  const command = new Command("key").description("Make, keep and exchange the OpenPGP keys that sign images.");
  for (const child of [newpair, importing, exporting, list, remove, pull, push, search]) command.addCommand(child);
  return command;
}
