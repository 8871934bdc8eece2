/**
 * A strip above GraphiQL to choose who is signed in. It adds that person's token to each GraphQL request, unless the
 * headers editor names another. Where there is no development issuer, /dev/tokens is not there and the strip stays away.
 */
export const personaBar = `
<style>
#personas { display: none; position: fixed; inset: 0 0 auto 0; height: 36px; box-sizing: border-box; padding: 4px 12px; gap: 10px; align-items: center; font: 13px system-ui, sans-serif; background: #1f2937; color: #f9fafb; z-index: 20; }
#personas select, #personas button { font: inherit; padding: 2px 6px; }
#personas a { color: #93c5fd; }
#personas output { opacity: .8; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
body.has-personas #personas { display: flex; }
body { margin: 0; overflow: hidden; }
#root { height: 100vh; }
body.has-personas #root { height: calc(100vh - 36px); margin-top: 36px; }
#root .graphiql-container { height: 100%; }
</style>
<div id="personas">
  <label>Signed in as <select id="persona"></select></label>
  <button id="copy-token" type="button">Copy token</button>
  <a href="/dev/tokens" target="_blank" rel="noopener">All tokens</a>
  <output id="persona-description"></output>
</div>
<script>
(() => {
  const send = globalThis.fetch.bind(globalThis);
  const select = document.getElementById('persona');
  const storageKey = 'telemedicine:persona';
  const load = () => send('/dev/tokens', { headers: { accept: 'application/json' } })
    .then((answer) => (answer.ok ? answer.json() : { tokens: [] }))
    .then(({ tokens }) => tokens, () => []);
  // New ones after five minutes: who comes back to the page was logged off, or the router has another key.
  const renewAfterMs = 5 * 60_000;
  let loadedAt = Date.now();
  let loaded = load().then(show);
  const tokensNow = () => {
    if (Date.now() - loadedAt > renewAfterMs) {
      loadedAt = Date.now();
      loaded = load();
    }
    return loaded;
  };
  const current = (tokens) => tokens.find(({ persona }) => persona === select.value);

  function show(tokens) {
    if (tokens.length === 0) return tokens;
    for (const { persona } of tokens) select.append(new Option(persona, persona));
    const kept = localStorage.getItem(storageKey);
    if (tokens.some(({ persona }) => persona === kept)) select.value = kept;
    const describe = () => { document.getElementById('persona-description').textContent = current(tokens).description; };
    select.addEventListener('change', () => { localStorage.setItem(storageKey, select.value); describe(); });
    document.getElementById('copy-token').addEventListener('click', () => tokensNow().then((now) => navigator.clipboard.writeText(current(now).token)));
    describe();
    document.body.classList.add('has-personas');
    return tokens;
  }

  globalThis.fetch = async (input, init = {}) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
    if (pathname !== '/graphql') return send(input, init);
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
    const chosen = current(await tokensNow());
    if (chosen && !headers.has('authorization')) headers.set('authorization', 'Bearer ' + chosen.token);
    return send(input, { ...init, headers });
  };
})();
</script>
`;
