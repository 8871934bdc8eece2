/** What stands between the boundaries, as soon as each is whole; a client knows that only when it reads the next boundary. */
export async function* readMultipart(body: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder();
  const delimiter = '\r\n--graphql';
  let text = '';
  let isPreamble = true;
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf(delimiter); end >= 0; end = text.indexOf(delimiter)) {
      const part = text.slice(0, end);
      text = text.slice(end + delimiter.length);
      if (!isPreamble) {
        const [headers = '', json = ''] = part.split('\r\n\r\n');
        if (headers.trim().toLowerCase() !== 'content-type: application/json') throw new Error(`unexpected headers: ${headers}`);
        yield JSON.parse(json);
      }
      isPreamble = false;
    }
  }
  if (text !== '--\r\n') throw new Error('the last boundary is missing');
}
