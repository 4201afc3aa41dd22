// The TypeScript SDK 1, which most IDEs are built on.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
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
const client = new Client({ name: "typescript-sdk-1", version: "1.0.0" });
await drive(client, over, (asked, options) => client.callTool(asked, undefined, options));
