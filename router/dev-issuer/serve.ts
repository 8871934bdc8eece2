import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError, requestUrl, sendJson } from '#chassis/http.ts';
import { refuseOtherSites } from '../csrf.ts';
import type { DevIssuer } from '../dev-issuer.ts';
import { endSession, introspect, revoke } from './about-tokens.ts';
import { AuthorizationCodes } from './authorization-codes.ts';
import { assertCodeRequest, clientAndRedirect, grantCode } from './authorize.ts';
import { assertionAlgorithms, clientAuthentication } from './client-authentication.ts';
import type { Client } from './clients.ts';
import { discoveryDocument, endpoints } from './endpoints.ts';
import { sendLoginPage, sendSentence } from './login-page.ts';
import { OAuthError } from './oauth-error.ts';
import { parametersOf, readForm } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { isRegisteredRedirect } from './redirect-uri.ts';
import { answerTokenRequest } from './token.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The development issuer over HTTP: an OpenID Provider as small as a test of one allows. @returns null for a path that is not its own */
export function serveDevIssuer(issuer: DevIssuer): (pathname: string) => Serve | null {
  const codes = new AuthorizationCodes(issuer.now);
  const authenticate = clientAuthentication(issuer);

  /** An endpoint for programs: a form in, JSON out. */
  const forClients =
    (answer: (parameters: Parameters, client: Client) => Promise<object | void>): Serve =>
    async (request, response) => {
      response.setHeader('cache-control', 'no-store');
      try {
        if (request.method !== 'POST') throw new HttpError(405, 'BAD_REQUEST', 'Ask with POST.', { allow: 'POST' });
        const parameters = await readForm(request);
        const body = await answer(parameters, await authenticate(parameters));
        if (body) sendJson(response, 200, body);
        else response.writeHead(200).end();
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        sendJson(response, error.status, { error: error.code, error_description: error.message });
      }
    };

  /** An endpoint for people: what cannot be told to the client is told to them. */
  const forPeople =
    (answer: (parameters: Parameters, request: IncomingMessage, response: ServerResponse) => Promise<void>): Serve =>
    async (request, response) => {
      try {
        const isPost = request.method === 'POST';
        if (isPost) refuseOtherSites(request.headers); // a page of another site must not choose for the person
        if (!isPost && request.method !== 'GET') throw new HttpError(405, 'BAD_REQUEST', 'Ask with GET or POST.', { allow: 'GET, POST' });
        await answer(isPost ? await readForm(request) : parametersOf(requestUrl(request).searchParams), request, response);
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error;
        sendSentence(response, error.status, 'This does not work', error.message);
      }
    };

  const authorize = forPeople(async (parameters, request, response) => {
    const target = await clientAndRedirect(parameters, issuer);
    const tellClient = (answer: Readonly<Record<string, string>>): void =>
      redirect(response, target.redirectUri, { ...answer, ...stateOf(parameters), iss: issuer.url });
    try {
      assertCodeRequest(parameters);
      if (request.method === 'GET') return sendLoginPage(response, issuer.url + endpoints.authorize, parameters, target.client.personas);
      tellClient({ code: grantCode(parameters, target, codes) });
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      tellClient({ error: error.code, error_description: error.message });
    }
  });

  const signOut = forPeople(async (parameters, _, response) => {
    await endSession(parameters, issuer);
    const back = parameters.get('post_logout_redirect_uri');
    if (back !== undefined && isRegisteredRedirect(back, issuer.url)) return redirect(response, back, stateOf(parameters));
    sendSentence(response, 200, 'Logged out', 'The tokens of this log-in are not good any more.');
  });

  const served = new Map<string, Serve>([
    [endpoints.discovery, async (_, response) => sendJson(response, 200, discoveryDocument(issuer.url, assertionAlgorithms))],
    [endpoints.keys, async (_, response) => sendJson(response, 200, await issuer.currentKeys())],
    [endpoints.authorize, authorize],
    [endpoints.token, forClients((parameters, client) => answerTokenRequest(parameters, client, issuer, codes))],
    [endpoints.introspect, forClients((parameters, client) => introspect(parameters, client, issuer))],
    [endpoints.revoke, forClients((parameters, client) => revoke(parameters, client, issuer))],
    [endpoints.endSession, signOut],
  ]);
  return (pathname) => served.get(pathname) ?? null;
}

const stateOf = (parameters: Parameters): Record<string, string> => {
  const state = parameters.get('state');
  return state === undefined ? {} : { state };
};

function redirect(response: ServerResponse, uri: string, answer: Readonly<Record<string, string>>): void {
  const target = new URL(uri);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  // 303: the browser asks with GET, whatever it sent here (RFC 9700 §4.12).
  response.writeHead(303, { location: target.href, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  response.end();
}
