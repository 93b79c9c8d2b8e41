import { section } from "./field.ts";
import { choice, count, duration, flag, size } from "./leaves.ts";

/** How long answers of one kind are kept. */
function life(about: string, fallback: "5m" | "6h" | "1d" | "7d" | "90d") {
  return duration({ about: `${about} \`0s\`: not at all.`, from: "0s", to: "365d", fallback });
}

/** Answers of the peer's side that are kept here, so that the same question need not cross again. */
export const caches = section("Answers of the peer's side that are kept here: see docs/link.md.", {
  enabled: flag({ about: "Whether anything is kept, and equal requests cross only once.", fallback: true }),
  share: choice({
    about:
      "Whom an answer serves that is not for everybody: `subscribers`: all local accounts that see the " +
      "presence of who answered; `account`: only the account that asked.",
    words: ["subscribers", "account"],
    fallback: "subscribers",
  }),
  entries: count({ about: "Most answers that are kept.", from: 1, to: 1_000_000, fallback: 10_000 }),
  size: size({ about: "Most bytes of answers, as XML.", from: "64KiB", to: "4GiB", fallback: "32MiB" }),
  capabilities: life("How long to keep what clients can do, by its hash (XEP-0115).", "90d"),
  client_info: life("How long to keep what one client, or account, says it can do.", "1d"),
  disco: life("How long to keep what servers, services and rooms offer (XEP-0030).", "6h"),
  vcard: life("How long to keep vCards (XEP-0054).", "1d"),
  avatar: life("How long to keep avatars, by their hash (XEP-0084).", "90d"),
  avatar_metadata: life("How long to keep which avatar somebody has.", "7d"),
  version: life("How long to keep software versions (XEP-0092).", "1d"),
  errors: life("How long to keep that the peer's side refused.", "5m"),
  wait: duration({
    about:
      "Longest wait for an answer, in proportion longer over a carrier of less than 1200 bit/s; then those who " +
      "asked get `remote-server-timeout`.",
    from: "1s",
    to: "1d",
    fallback: "10m",
  }),
});
