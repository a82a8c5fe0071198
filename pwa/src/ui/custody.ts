import type { Custody, CustodyState } from "../data";
import { t } from "../i18n";
import type { IconName } from "./icons";

type Tone = "plain" | "good" | "info" | "warn" | "bad";

/** Icon and tone per custody state; the words come from the language file, so colour never stands alone. */
export const custodyLook: Record<CustodyState, { icon: IconName; tone: Tone }> = {
  device: { icon: "device", tone: "warn" },
  wifi: { icon: "wifi", tone: "warn" },
  sending: { icon: "sending", tone: "info" },
  checking: { icon: "checking", tone: "info" },
  safe: { icon: "shield", tone: "good" },
  seen: { icon: "eye", tone: "good" },
  refused: { icon: "alert", tone: "bad" },
};

export function custodyWords(custody: Custody): string {
  const words = t.common.custody;
  switch (custody.state) {
    case "sending":
      return custody.sent !== undefined && custody.of
        ? words.sendingOf(custody.sent, custody.of)
        : words.sending;
    case "refused":
      return custody.reason ? words.refusedBecause(custody.reason) : words.refused;
    case "device":
      return custody.reason === "elsewhere" ? words.elsewhere : words.device;
    case "wifi":
    case "checking":
    case "safe":
    case "seen":
      return words[custody.state];
  }
}
