// Why an encrypted image cannot be opened. No text may hold a passphrase, a key or what was decrypted.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_DECRYPT_KEY: {
    text: "the image {path} is encrypted, and nothing that opens it was given",
    hint: "{hint}",
  },
  E_DECRYPT_TERMINAL: {
    text: "cannot ask for the passphrase of {path}: there is no terminal",
    hint: "set BERTH_ENCRYPTION_PASSPHRASE instead of --passphrase",
  },
  E_DECRYPT_WRONG: {
    text: "cannot decrypt the image {path}: {why}",
    hint: "{hint}",
  },
  E_DECRYPT_FORM: {
    text: "cannot decrypt the image {path}: {what}",
    hint: "open it with the program that made it, and pack what is in it anew",
  },
  E_ENCRYPT_PASSPHRASE: {
    text: "this passphrase cannot encrypt an image: it is empty, longer than 2000 bytes, or has several lines",
    hint: "choose one line of words",
    exit: 1,
  },
  E_DECRYPT_PEM: {
    text: "cannot use the key {path}: {why}",
    hint: "an RSA private key in PEM form without a passphrase opens an image; openssl rsa -in KEY -out PLAIN takes a passphrase away",
  },
});
