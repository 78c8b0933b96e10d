// Addresses that end up in reports: without what lets somebody in.

/** The address without user, password, query and the tokens that conda's channels carry in their paths (`/t/TOKEN/`). */
export function withoutCredentials(address: string): string {
  return address
    .replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/@]*@/, "$1")
    .replace(/[?#].*$/s, "")
    .replace(/\/t\/[^/]+(?=\/)/, "");
}
