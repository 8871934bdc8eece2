import type { ServerResponse } from 'node:http';
import { personas } from '../personas.ts';
import type { PersonaName } from '../personas.ts';
import type { Parameters } from './parameters.ts';

/** Asks who one wants to be. Each button posts the client's request again, with the choice. */
export function sendLoginPage(response: ServerResponse, action: string, parameters: Parameters, names: readonly PersonaName[]): void {
  const redirectOrigin = new URL(parameters.get('redirect_uri') ?? action).origin;
  // A browser wants the address that the form leads on to named, too.
  sendPage(response, 200, { formAction: `'self' ${redirectOrigin}` }, 'Log in', [
    `<p><strong>${escaped(parameters.get('client_id') ?? '')}</strong> wants to know who you are. These are invented people.</p>`,
    `<form method="post" action="${escaped(action)}">`,
    ...[...parameters].map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`),
    ...names.map((name) => `<p><button name="persona" value="${name}">${name}</button> ${escaped(personas[name].description)}</p>`),
    '</form>',
  ]);
}

/** A page of one sentence. */
export const sendSentence = (response: ServerResponse, status: number, title: string, sentence: string): void =>
  sendPage(response, status, { formAction: "'none'" }, title, [`<p>${escaped(sentence)}</p>`]);

function sendPage(
  response: ServerResponse,
  status: number,
  { formAction }: { readonly formAction: string },
  title: string,
  lines: readonly string[],
): void {
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
button { font: inherit; min-width: 8rem; }
</style></head>
<body>
<h1>${title}</h1>
${lines.join('\n')}
</body>
</html>
`;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action ${formAction}`,
  });
  response.end(html);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '');
