// People as the site knows them: what crosses the door of this room.

/** Somebody with an account. */
export interface Person {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** How people call him, when the directory says so. */
  readonly name?: string | undefined;
  /** Names of his groups, as far as they have one. */
  readonly groups: readonly string[];
  readonly gids: readonly number[];
}

/** What somebody may do on the whole site. */
export type Role = "viewer" | "user" | "operator" | "admin";

/** Where accounts are found. Failures: E_ACCOUNTS_AWAY. */
export interface Directory {
  /** By the name of the account; undefined: there is none. */
  person(user: string): Promise<Person | undefined>;
  personNumbered(uid: number): Promise<Person | undefined>;
  /** Undefined: there is none of that name. */
  groupNumber(name: string): Promise<number | undefined>;
}

/** A person who proved who he is. */
export interface SignedInPerson extends Person {
  readonly roles: readonly Role[];
  /** What a token may be used for; undefined: everything the person may. */
  readonly scopes?: readonly string[] | undefined;
  /** `password`, `oidc`, `token`, `munge`, … */
  readonly via: string;
  readonly address: string;
  /** Seconds since 1970: when the session ends. */
  readonly expiresAt?: number | undefined;
}
