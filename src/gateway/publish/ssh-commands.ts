// The command lines of OpenSSH's programs (spec/shifter.md 3.3 and case 132), as argument arrays; and the one function that
// quotes words for the shell at the other end. Starts nothing.

import type { RemoteTransfer } from "../../site/gateway-config.ts";
import { fail } from "./errors.ts";

/** `ssh -i KEY [options] USER@HOST WORDS`; the words reach the program there as they are. */
export function sshCommand(transfer: RemoteTransfer, words: readonly string[]): readonly string[] {
  return ["ssh", ...keyOf(transfer), ...transfer.sshOptions, destination(transfer), words.map(quoteWord).join(" ")];
}

/** `scp -i KEY [options] FROM USER@HOST:TO`. `to` must be of the letters that `checkTransfer` allows in folders. */
export function scpCommand(transfer: RemoteTransfer, from: string, to: string): readonly string[] {
  const host = transfer.host.includes(":") ? `[${transfer.host}]` : transfer.host;
  return ["scp", ...keyOf(transfer), ...transfer.scpOptions, from, `${destination({ ...transfer, host })}:${to}`];
}

/**
 * A word as every Bourne shell reads it back: nothing is special between apostrophes but the apostrophe itself.
 * Words of plain letters stay as they are.
 */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Refuses what a program could take for something else: hosts and users that look like options, and folders that need
 * quoting, since old and new versions of scp disagree about who unquotes.
 * @throws E_PUBLISH_TARGET
 */
export function checkTransfer(system: string, { host, user, imageDir, key }: RemoteTransfer): void {
  const refuse = (what: string, why: string) => fail("E_PUBLISH_TARGET", { system, what, why });
  if (!/^[A-Za-z0-9[:][A-Za-z0-9._:%\]-]*$/.test(host)) throw refuse(host, "that is no name of a machine");
  if (user !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/.test(user)) throw refuse(host, `${user} is no user name`);
  if (key?.startsWith("-")) throw refuse(host, "the key's file name begins with a dash");
  if (!/^\/[A-Za-z0-9_@%+=:,./-]*$/.test(imageDir))
    throw refuse(imageDir, "folders of other machines are absolute, of letters, digits and _ @ % + = : , . / -");
}

function destination({ user, host }: Pick<RemoteTransfer, "user" | "host">): string {
  return user === undefined ? host : `${user}@${host}`;
}

function keyOf({ key }: RemoteTransfer): readonly string[] {
  return key === undefined ? [] : ["-i", key];
}
