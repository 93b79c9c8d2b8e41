import { systemFrameCrypto } from "../net/mod.ts";
import type { LinkContext } from "./context.ts";
import { Guard, type LinkGuard, plainGuard } from "./flow/mod.ts";
import type { PeerConfig } from "./peer_config.ts";

/** What protects the link: nothing, unless there is a key. */
export function guardOf({ name, domains, auth }: PeerConfig, context: LinkContext): LinkGuard {
  if (auth === undefined) return plainGuard;
  const { servedDomains, storage, clock } = context;
  return new Guard({
    ...auth,
    ours: servedDomains[0] ?? "",
    theirs: domains[0] ?? "",
    store: storage.linkEpochs(name),
    crypto: systemFrameCrypto,
    clock,
  });
}
