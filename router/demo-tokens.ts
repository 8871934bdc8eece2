import type { ServerResponse } from 'node:http';
import { sendJson } from '#chassis/http.ts';
import type { DevIssuer } from './dev-issuer.ts';
import { personaNames, personas } from './personas.ts';

export interface DemoToken {
  readonly persona: string;
  readonly description: string;
  readonly token: string;
}

/** A fresh token for each persona. */
export const demoTokens = (issuer: DevIssuer): Promise<DemoToken[]> =>
  Promise.all(
    personaNames.map(async (persona) => ({
      persona,
      description: personas[persona].description,
      token: await issuer.issue(personas[persona].claims()),
    })),
  );

/** The tokens as a page for people or as JSON for programs. */
export function sendTokens(response: ServerResponse, tokens: readonly DemoToken[], asPage: boolean): void {
  response.setHeader('cache-control', 'no-store');
  if (!asPage) return sendJson(response, 200, { tokens });
  response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(page(tokens));
}

// Descriptions and tokens are ours and free of markup.
const page = (tokens: readonly DemoToken[]): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Demo tokens</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
textarea { width: 100%; font: .8rem/1.4 ui-monospace, monospace; }
</style></head>
<body>
<h1>Demo tokens</h1>
<p>Invented people, valid for 12 hours. Send one as <code>Authorization: Bearer &lt;token&gt;</code>. In a terminal: <code>npm run -s token -- patient</code>.</p>
${tokens.map(({ persona, description, token }) => `<h2>${persona}</h2>\n<p>${description}</p>\n<textarea rows="4" readonly aria-label="Token of ${persona}">${token}</textarea>`).join('\n')}
<p><a href="/">Back to the sandbox</a></p>
</body>
</html>
`;
