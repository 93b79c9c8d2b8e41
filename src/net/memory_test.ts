import { compressed } from "./compressed.ts";
import { memoryPair } from "./memory.ts";
import { testTransport } from "./transport_suite.ts";

testTransport("memory", () => {
  const [a, b] = memoryPair();
  return { a, b };
});

testTransport("deflate over memory", () => {
  const [a, b] = memoryPair();
  return { a: compressed(a), b: compressed(b) };
});
