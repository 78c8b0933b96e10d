// How the outcome of `berth verify` is shown: for people as Apptainer does, and as the JSON that its users' scripts read.

import type { SifDescriptor } from "../image/sif/types.ts";
import type { Finding } from "../signing/verify-sif.ts";

/** One signature for people. */
export function findingText({ signer, verified, failure }: Finding): string {
  const lines: string[] = [];
  if (signer?.kind === "pgp") {
    const where = signer.remote ? "[REMOTE]" : "[LOCAL]";
    lines.push(`${where.padEnd(9)} Signing entity: ${printable(signer.name)}`);
    lines.push(`${where.padEnd(9)} Fingerprint: ${signer.fingerprint}`);
  } else if (signer) lines.push(`[KEY]     SHA-256: ${signer.id}`);
  if (verified.length > 0) {
    lines.push("Objects verified:", row("ID", "GROUP", "LINK", "TYPE"), "-".repeat(48));
    lines.push(
      ...verified.map((d) => row(String(d.id), d.group === 0 ? "NONE" : String(d.group), "NONE", typeName(d))),
    );
  }
  if (failure) lines.push(`Not verified: ${printable(failure.message)}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** All signatures in the form of `apptainer verify --json`. */
export function findingsJson(findings: readonly Finding[]): string {
  const keys = findings.flatMap(({ signer, verified, failure }) => {
    const entry = (descriptor: SifDescriptor | undefined, dataCheck: boolean) => ({
      Signer: {
        Partition: descriptor ? typeName(descriptor) : "",
        Name: signer?.kind === "pgp" ? signer.name : "unknown",
        Fingerprint: signer?.kind === "pgp" ? signer.fingerprint.toLowerCase() : "",
        ...(signer?.kind === "key" ? { Key: `sha256:${signer.id}` } : {}),
        KeyLocal: signer?.kind === "pgp" && !signer.remote,
        KeyCheck: signer?.kind === "pgp",
        DataCheck: dataCheck,
        ...(failure ? { Failure: failure.message } : {}),
      },
    });
    return failure ? [entry(undefined, false)] : verified.map((descriptor) => entry(descriptor, true));
  });
  return `${JSON.stringify({ Signatures: findings.length, SignerKeys: keys }, null, 2)}\n`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  definition: "Def.FILE",
  environment: "Env.Vars",
  labels: "JSON.Labels",
  partition: "FS",
  signature: "Signature",
  json: "JSON.Generic",
  generic: "Generic/Raw",
  "crypto-message": "Cryptographic Message",
  sbom: "SBOM",
  "oci-root-index": "OCI.RootIndex",
  "oci-blob": "OCI.Blob",
};

function typeName({ type }: SifDescriptor): string {
  return TYPE_NAMES[type] ?? "Unknown";
}

function row(id: string, group: string, link: string, type: string): string {
  return `${id.padEnd(4)}|${group.padEnd(8)}|${link.padEnd(8)}|${type}`;
}

// Names come from strangers: control characters must not reach the terminal.
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}
