// Which certificate each host has, now and next month: from the site's folder, from an ACME server, or from the internal
// authority, in this order. Renews what runs out, and says so when it cannot.

import type { ProxyTable } from "../../../proxy/types.ts";
import type { AcmeAccount } from "./acme.ts";
import type { Authority } from "./authority.ts";
import { type Certificate, covers } from "./certificate.ts";
import { type FolderContent, folderMark, readFolder } from "./files.ts";

export interface KeeperParts {
  /** Folder of the site's own certificates. */
  readonly folder: string;
  readonly acme: AcmeAccount | undefined;
  /** True: names for which an ACME server is asked. */
  readonly acmeFor: (host: string) => boolean;
  readonly authority: Authority | undefined;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Certificates changed: the table is to be made anew. */
  readonly onChange: () => void;
  readonly onTrouble: (why: string) => void;
}

/** What is known of a host's certificate, for people. */
export interface CertificateState {
  readonly host: string;
  readonly from: "folder" | "acme" | "internal" | "none";
  readonly validTo: number | undefined;
  readonly problem: string | undefined;
}

const DAY = 86_400;
/** The site's own are not ours to renew: people are told this long before. */
const WARN_SECONDS = 21 * DAY;
const RETRY_SECONDS = 300;
const RETRY_AT_MOST = DAY / 2;
const SIDE_BY_SIDE = 2;

interface Setback {
  readonly failures: number;
  readonly until: number;
  readonly why: string;
}

/** The certificates of all hosts. */
export class CertificateKeeper {
  readonly #parts: KeeperParts;
  readonly #issued = new Map<string, Certificate>();
  readonly #setbacks = new Map<string, Setback>();
  readonly #orders = new Map<string, Promise<void>>();
  readonly #warned = new Set<string>();
  #folder: readonly Certificate[] = [];
  #files: FolderContent["certificates"] = new Map();
  #mark = "";
  #hosts: readonly string[] = [];

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** The certificates for these hosts, for the table. Those that are missing are got in the background. */
  tableFor(hosts: readonly string[]): ProxyTable["certificates"] {
    this.#hosts = hosts.filter((host) => host !== "*" && host !== "");
    const used = new Map<Certificate, string[]>();
    for (const host of this.#hosts) {
      const { certificate } = this.#find(host);
      if (certificate) used.set(certificate, [...(used.get(certificate) ?? []), host]);
    }
    return [...used].map(([{ certificate, key }, names]) => ({ hosts: names, certificate, key }));
  }

  /** Reads the folder if it changed, gets and renews what is needed. Called every few seconds, and resolves soon. */
  async look(): Promise<void> {
    if ((await folderMark(this.#parts.folder)) !== this.#mark || this.#mark === "") await this.#readFolder();
    for (const host of this.#hosts) this.#care(host);
    this.#warn();
  }

  /** Resolves when nothing is being got. */
  async settled(): Promise<void> {
    while (this.#orders.size > 0) await Promise.allSettled(this.#orders.values());
  }

  states(): readonly CertificateState[] {
    return this.#hosts.map((host) => {
      const { certificate, from } = this.#find(host);
      return { host, from, validTo: certificate?.validTo, problem: this.#setbacks.get(host)?.why };
    });
  }

  #find(host: string): { readonly certificate: Certificate | undefined; readonly from: CertificateState["from"] } {
    const own = this.#folder.find((certificate) => covers(certificate, host));
    if (own) return { certificate: own, from: "folder" };
    const { acme, acmeFor, authority, now } = this.#parts;
    const issued = this.#issued.get(host);
    if (issued && issued.validTo > now())
      return { certificate: issued, from: acme && acmeFor(host) ? "acme" : "internal" };
    if (!authority || (acme && acmeFor(host))) return { certificate: undefined, from: "none" };
    const made = authority.issue(host);
    this.#issued.set(host, made);
    return { certificate: made, from: "internal" };
  }

  async #readFolder(): Promise<void> {
    const { certificates, problems, mark } = await readFolder(this.#parts.folder, this.#files);
    const first = this.#mark === "";
    this.#mark = mark || "empty";
    for (const problem of problems) this.#parts.onTrouble(problem);
    // Of two for one host the one that is good longer.
    this.#files = certificates;
    this.#folder = [...certificates.values()].sort((a, b) => b.validTo - a.validTo);
    if (!first || certificates.size > 0) this.#parts.onChange();
  }

  #care(host: string): void {
    const { acme, acmeFor, authority, now } = this.#parts;
    if (this.#folder.some((certificate) => covers(certificate, host))) return;
    const issued = this.#issued.get(host);
    if (issued && !isOld(issued, now())) return;
    if (acme && acmeFor(host)) return void this.#order(host, acme);
    if (!authority || !issued) return;
    this.#issued.set(host, authority.issue(host));
    this.#parts.onChange();
  }

  #order(host: string, acme: AcmeAccount): void {
    const setback = this.#setbacks.get(host);
    const waits = setback && setback.until > this.#parts.now();
    if (waits || this.#orders.has(host) || this.#orders.size >= SIDE_BY_SIDE) return;
    const flight = this.#get(host, acme)
      .catch((error: unknown) => this.#setBack(host, error))
      .finally(() => this.#orders.delete(host));
    this.#orders.set(host, flight);
  }

  async #get(host: string, acme: AcmeAccount): Promise<void> {
    const { now, onChange } = this.#parts;
    const kept = this.#issued.has(host) ? undefined : await acme.kept(host).catch(() => undefined);
    if (kept && kept.validTo > now()) {
      this.#issued.set(host, kept);
      onChange();
      if (!isOld(kept, now())) return;
    }
    this.#issued.set(host, await acme.obtain(host));
    this.#setbacks.delete(host);
    this.#parts.onChange();
  }

  #setBack(host: string, error: unknown): void {
    const failures = (this.#setbacks.get(host)?.failures ?? 0) + 1;
    const why = error instanceof Error ? error.message : String(error);
    // Public authorities block who asks too often.
    const wait = Math.min(RETRY_AT_MOST, RETRY_SECONDS * 2 ** (failures - 1));
    this.#setbacks.set(host, { failures, why, until: this.#parts.now() + wait });
    this.#parts.onTrouble(why);
  }

  #warn(): void {
    const now = this.#parts.now();
    for (const { hosts, validTo } of this.#folder) {
      const name = `${hosts[0]} ${validTo}`;
      if (validTo - now > WARN_SECONDS || this.#warned.has(name)) continue;
      this.#warned.add(name);
      const days = Math.floor((validTo - now) / DAY);
      this.#parts.onTrouble(
        `the certificate for ${hosts.join(", ")} ${days < 0 ? "has run out" : `runs out in ${days} days`}`,
      );
    }
  }
}

// With a third of its time left there is room for many failures.
function isOld({ validFrom, validTo }: Certificate, now: number): boolean {
  return now > validTo - (validTo - validFrom) / 3;
}
