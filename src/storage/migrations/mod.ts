import { initial } from "./0001_initial.ts";
import { flows } from "./0002_flows.ts";
import { flowMarks } from "./0003_flow_marks.ts";
import { linkEpochs } from "./0004_link_epochs.ts";
import { caches } from "./0005_caches.ts";
import { shortening } from "./0006_shortening.ts";
import { flowLives } from "./0007_flow_lives.ts";
import { remotePresence } from "./0008_remote_presence.ts";
import { recentStanzas } from "./0009_recent_stanzas.ts";

/**
 * The steps from an empty database to today's, in order: step N (file `000N_…`) leads from version N - 1 to N.
 * A step that was released is never changed again; what comes later is a new file at the end.
 */
export const MIGRATIONS: readonly string[] = [
  initial,
  flows,
  flowMarks,
  linkEpochs,
  caches,
  shortening,
  flowLives,
  remotePresence,
  recentStanzas,
];
