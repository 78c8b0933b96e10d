// The practices of this folder, in the order of the catalogue.

import type { Practice } from "../../practice.ts";
import { COPIED_CREDENTIALS } from "./copied-credentials.ts";
import { IMAGE_ACCOUNTS } from "./image-accounts.ts";
import { LITERAL_PASSWORDS } from "./literal-passwords.ts";
import { MADE_KEYS } from "./made-keys.ts";
import { NAMED_SECRETS, SECRET_FILES } from "./named-secrets.ts";
import { CLOSED_DATA, SECRET_NAMES } from "./secret-places.ts";
import { SECRET_TEXTS, SECRETS_IN_LAYERS } from "./secret-texts.ts";

/** SEC001 to SEC010. */
export const SECRETS: readonly Practice[] = [
  ...[NAMED_SECRETS, SECRET_TEXTS, COPIED_CREDENTIALS, LITERAL_PASSWORDS, IMAGE_ACCOUNTS, SECRETS_IN_LAYERS],
  ...[MADE_KEYS, SECRET_FILES, SECRET_NAMES, CLOSED_DATA],
];
