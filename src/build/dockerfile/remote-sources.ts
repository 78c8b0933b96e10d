// What ADD needs from the world outside: files by URL and trees by git. The records alone; `downloads.ts` and
// `git-checkout.ts` fulfil them, and nothing of the network is loaded before a recipe asks for it.

import type { Digest } from "../../base/digest.ts";

/** A file that a URL led to. */
export interface DownloadRequest {
  readonly url: URL;
  /** The last part of the path that is answered. */
  readonly name: string;
  /** `--checksum`; without it, what the server gave is taken. */
  readonly checksum: Digest | undefined;
  readonly signal: AbortSignal;
}

/** A git repository at one commit. */
export interface GitRequest {
  /** As the git program takes it. */
  readonly remote: string;
  /** Branch, tag, full reference or commit; undefined: the default branch. */
  readonly ref: string | undefined;
  /** Commit that `ref` must lead to (`--checksum`): at least seven hexadecimal digits. */
  readonly checksum: string | undefined;
  readonly keepGitDir: boolean;
  readonly submodules: boolean;
  readonly signal: AbortSignal;
}

/** Files brought here; they stay until the build is over and must not be changed. */
export interface Sources {
  /** Absolute path of the file, mode 0600, with the server's time. @throws E_ADD_URL, E_ADD_SIZE, E_DIGEST_MISMATCH */
  download(request: DownloadRequest): Promise<string>;
  /** Absolute path of the working tree. @throws E_ADD_GIT */
  checkout(request: GitRequest): Promise<string>;
}
