/** Sends back what it gets; prints its port. The measure for what is the machine's speed and what is ours. */
import { createServer } from "node:net";

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port");
  Deno.stdout.writeSync(new TextEncoder().encode(`${address.port}\n`));
});
