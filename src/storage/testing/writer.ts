/**
 * A process of its own for the tests: `writer.ts PATH PEER TURNS` queues three stanzas for PEER in each of
 * TURNS turns and prints their ids, one line a turn, as a server would answer a client: when they are
 * committed.
 */
import { sleep, systemClock, Turn } from "../../base/mod.ts";
import { openStorage } from "../sqlite.ts";

const [path = "", peer = "", turns = "0"] = Deno.args;
const turn = new Turn((error) => {
  throw error;
});
const storage = openStorage({ path, turn });
for (let n = 0; n < Number(turns); n++) {
  const ids = ["first", "second", "third"].map((name) => storage.linkQueue.add(peer, `${n} ${name}`, n));
  turn.flush(() => void Deno.stdout.writeSync(new TextEncoder().encode(ids.join(" ") + "\n")));
  await sleep(systemClock, 0);
}
storage.close();
