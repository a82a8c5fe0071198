// The one policy by which this client names its own scripts (workers); nothing else may become a script.

interface Policy {
  createScriptURL(url: string): unknown;
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

let policy: Policy | undefined;

function own(url: string): string {
  if (new URL(url, location.href).origin !== location.origin) throw new TypeError("not a script of ours");
  return url;
}

/** An address for `new Worker` or a service worker; the same text where the browser knows no trusted types. */
export function scriptUrl(url: string): string {
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  if (factory === undefined) return own(url);
  policy ??= factory.createPolicy("pathfolio", { createScriptURL: own });
  // TypeScript's library takes only texts here; the browser wants what the policy made.
  return policy.createScriptURL(url) as string;
}
