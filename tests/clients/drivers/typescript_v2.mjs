// The TypeScript SDK 2; `mode` in its setting is the era: `legacy`, or `auto` for the newest.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { drive } from "./driving.mjs";

const server = JSON.parse(process.argv[2]);
const over = server.url
  ? new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: server.headers ?? {} },
    })
  : new StdioClientTransport({
      command: server.command[0],
      args: server.command.slice(1),
      env: server.env,
    });
const options = { versionNegotiation: { mode: server.mode } };
const client = new Client({ name: "typescript-sdk-2", version: "1.0.0" }, options);
await drive(client, over, (asked, options) => client.callTool(asked, options));
