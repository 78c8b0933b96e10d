export async function signRemote(..._: unknown[]): Promise<void> {}
export async function verifyRemote(..._: unknown[]): Promise<void> {}
