// What can be wrong with a signature, a key, a keyring, a key server or a signature policy.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_SIF_UNSIGNED: {
    text: "signature not found: {path} has none for {what}",
    hint: "ask its maker for a signed image, or sign it yourself: berth sign {path}",
  },
  E_SIF_UNGROUPED: {
    text: "{path}: object {id} belongs to no group, so no signature can cover it",
    hint: "fetch the image again; somebody may have added this object",
  },
  E_SIF_NO_GROUP: {
    text: "{path} has no object group {group}",
    hint: "berth sif list shows groups and objects",
    exit: 1,
  },
  E_SIF_FULL: {
    text: "{path} has no free place for a further object (it holds {total})",
    hint: "build the image anew; signatures are objects too",
  },
  E_SIF_CLOSED: {
    text: "cannot write the signature into {path}: {why}",
    hint: "signing changes the file: check its permissions and the free space",
  },
  E_SIGNATURE_FORM: {
    text: "signature object {id} is in no form that berth knows",
    hint: "berth reads OpenPGP clear-signed messages and DSSE envelopes",
  },
  E_SIGNATURE_LEGACY: {
    text: "{path} carries only signatures of the old form, which do not cover the file's table of contents",
    hint: "ask for an image signed by Apptainer or Singularity 3.6 or later; --legacy-insecure checks the old form",
  },
  E_SIGNATURE_INVALID: {
    text: "signature object {id} is not valid: {why}",
    hint: "the image or its signature was changed: do not use it; fetch it again from its maker",
  },
  E_SIGNER_UNKNOWN: {
    text: "signature object {id} was made with a key that is not in the keyring: {signer}",
    hint: "check the fingerprint with its owner, then: berth key pull {signer}  or  berth key import FILE",
  },
  E_SIGNER_KEY: {
    text: "signature object {id} was made with a key that must not be trusted any more: {signer}: {why}",
    hint: "ask the signer for an image signed with a valid key; berth key pull fetches a renewed key",
  },
  E_SIGNER_NEEDED: {
    text: "no key was given for signature {id}, which is of the form {form}",
    hint: "{cure}",
    exit: 1,
  },
  E_HEADER_CHANGED: {
    text: "{path} was changed after it was signed: its header is not the signed one",
    hint: "do not use the image; fetch it again from its maker",
  },
  E_DESCRIPTOR_CHANGED: {
    text: "{path} was changed after it was signed: the description of object {id} is not the signed one",
    hint: "do not use the image; fetch it again from its maker",
  },
  E_OBJECT_CHANGED: {
    text: "{path} was changed after it was signed: the content of object {id} is not the signed one",
    hint: "do not use the image; fetch it again from its maker",
  },
  E_OBJECT_UNSIGNED: {
    text: "{path} was changed after it was signed: the signature does not cover object {id}",
    hint: "do not use the image; fetch it again from its maker",
  },
  E_OBJECT_MISSING: {
    text: "{path} was changed after it was signed: object {id}, which the signature covers, is gone",
    hint: "do not use the image; fetch it again from its maker",
  },
  E_KEY_FILE: {
    text: "cannot use the key {path}: {why}",
    hint: "a PEM file with one key (openssl genpkey -algorithm ed25519), RSA, ECDSA or Ed25519",
    exit: 1,
  },
  E_PASSPHRASE: {
    text: "the passphrase does not open {key}",
    hint: "try again; a forgotten passphrase cannot be recovered",
    exit: 1,
  },
  E_PASSPHRASE_TERMINAL: {
    text: "a passphrase is needed, and there is no terminal to ask at",
    hint: "give --passphrase-file FILE, or - for standard input",
    exit: 1,
  },
  E_PASSPHRASE_FILE: {
    text: "cannot read the passphrase from {path}: {why}",
    hint: "one line, at most 4096 bytes",
    exit: 1,
  },
  E_CERTIFICATE_FILE: { text: "cannot use the certificates in {path}: {why}", hint: "PEM is expected", exit: 1 },
  E_CERTIFICATE: {
    text: "the certificate {name} is not to be trusted: {why}",
    hint: "give the authority with --certificate-roots, those between with --certificate-intermediates",
  },
  E_OCSP: {
    text: "berth does not ask revocation servers (--ocsp-verify)",
    hint: "leave the flag out, and remove a revoked certificate from what you trust",
    exit: 1,
  },
  E_KEYRING: {
    text: "cannot use the keyring {path}: {why}",
    hint: "check its permissions; keep the file and import its keys again if it is damaged",
  },
  E_KEY_NONE: {
    text: "there is no {kind} key {wanted} in {path}",
    hint: "berth key list{flag} shows what is there; berth key newpair makes a key",
    exit: 1,
  },
  E_KEY_CHOICE: {
    text: "there are {count} secret keys; say which one signs",
    hint: "--keyidx N, with N from berth key list --secret, or --fingerprint",
    exit: 1,
  },
  E_KEY_AMBIGUOUS: {
    text: "{wanted} fits {count} keys",
    hint: "give the whole fingerprint (40 characters)",
    exit: 1,
  },
  E_KEY_READ: {
    text: "no OpenPGP key can be read from {path}: {why}",
    hint: "gpg --export writes such files",
    exit: 1,
  },
  E_KEY_MAKE: { text: "cannot make a key: {why}", hint: "check name and address", exit: 1 },
  E_KEY_UNFIT: {
    text: "the key {fingerprint} cannot sign: {why}",
    hint: "berth key list --secret shows what is wrong; berth key newpair makes a new one",
    exit: 1,
  },
  E_KEY_NEEDED: {
    text: "an image in a registry is signed and verified with a key of its own file, and none was given",
    hint: "give --key FILE.pem; openssl genpkey -algorithm ed25519 -out FILE.pem makes one",
    exit: 1,
  },
  E_KEY_OWNER: {
    text: "a key needs an owner, and there is no terminal to ask at",
    hint: "give --name and --email",
    exit: 1,
  },
  E_KEY_EXISTS: { text: "{path} exists already", hint: "give another name", exit: 1 },
  E_KEYSERVER: {
    text: "the key server {url} {why}",
    hint: "give another one with --url, or set BERTH_KEYSERVER",
    http: 502,
  },
  E_KEYSERVER_NONE: {
    text: "no key server is named",
    hint: "give one with --url https://keys.example.org, or set BERTH_KEYSERVER",
    exit: 1,
  },
  E_KEYSERVER_KEY: {
    text: "the key server {url} has no key {wanted}",
    hint: "check the fingerprint; its owner may not have pushed it",
  },
  E_KEYSERVER_OTHER: {
    text: "the key server {url} answered with another key than {wanted}",
    hint: "nothing was imported; tell the server's owner",
  },
  E_IMAGE_UNSIGNED: {
    text: "no valid signature for {what}: {why}",
    hint: "ask its maker for a signature, or sign it: berth sign --key FILE.pem docker://{what}",
  },
  E_POLICY_FILE: {
    text: "the signature policy {path} cannot be used: {why}",
    hint: "see docs/signing.md; until it is mended nothing that it may concern is started",
  },
  E_POLICY_REFUSED: {
    text: "{what} may not be used here: {why} (rule {rule} of {file})",
    hint: "use a signed image, or ask those who wrote the policy",
  },
});
