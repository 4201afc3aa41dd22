// The loop that the drivers in TypeScript's runtime share; `__init__.py` beside says what it speaks.

import { createInterface } from "node:readline";

export const milliseconds = 40_000; // more than a long poll

// `call(asked, options)`: the client's own, whose arguments differ between the two SDKs.
export async function drive(client, transport, call) {
  const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\n");
  const words = (error) => `${error.stack} ${error.cause?.stack ?? ""}`;
  const options = { timeout: milliseconds };
  const does = {
    async tools() {
      const found = await client.listTools();
      const names = found.tools.map((tool) => tool.name);
      return { names, bytes: Buffer.byteLength(JSON.stringify(found)) };
    },
    async call(name, given) {
      const asked = { name, arguments: given };
      const done = await call(asked, options);
      const text = done.content.map((part) => part.text).join("\n");
      return { text, structured: done.structuredContent ?? null, error: done.isError ?? false };
    },
    async resource(uri) {
      return { text: (await client.readResource({ uri })).contents[0].text };
    },
    async prompt(name, given) {
      const found = await client.getPrompt({ name, arguments: given });
      return { text: found.messages[0].content.text };
    },
  };
  try {
    await client.connect(transport);
    for await (const line of createInterface({ input: process.stdin })) {
      const [verb, ...given] = JSON.parse(line);
      say(await does[verb](...given).catch((error) => ({ failed: words(error) })));
    }
    await client.close();
  } catch (error) {
    say({ failed: words(error) });
  }
}
