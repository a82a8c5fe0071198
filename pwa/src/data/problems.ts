// What can go wrong, as types: on this device, on the way, and at the server.

export type LocalSlug =
  | "quota" // no room left on the device; nothing was changed
  | "too_large" // a text above 64 KB or a value above what the server takes
  | "invalid" // an unknown kind or field, or a value of the wrong form
  | "not_found"
  | "storage" // the browser's storage failed or is blocked
  | "closed"; // this person was signed out meanwhile

/** A save that could not be made. Nothing changed, and what was typed is still in the form. */
export class LocalProblem extends Error {
  override readonly name = "LocalProblem";
  constructor(
    readonly slug: LocalSlug,
    readonly sentence: string,
  ) {
    super(sentence);
  }
}

/** The server's answer of a kind that needs a person: `slug` and `sentence` come from its problem document. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  constructor(
    readonly slug: string,
    readonly sentence: string,
    readonly status: number,
    readonly errors?: Record<string, string[]>,
    /** Seconds to wait, when the server says. */
    readonly retryAfter?: number,
  ) {
    super(sentence);
  }
}

export type OfflineReason =
  | "unreachable"
  | "timeout"
  | "captive" // something that is not our server answered (a Wi-Fi sign-in page)
  | "broken"; // the answer was cut or was not what the protocol says

/** No usable answer came; try again later. */
export class TransportProblem extends Error {
  override readonly name = "TransportProblem";
  constructor(
    readonly reason: OfflineReason,
    detail = "",
  ) {
    super(detail === "" ? reason : `${reason}: ${detail}`);
  }
}
