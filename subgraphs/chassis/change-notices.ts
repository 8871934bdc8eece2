import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { reasonForLog } from './log-defect.ts';

/** Topics that were announced since the last look; what is announced many times between two looks is there once. */
export interface ChangeWatch {
  /** Resolves when something was announced, or may have been and was missed. Null after `close`, at once. */
  next(): Promise<ReadonlySet<string> | null>;
  close(): void;
}

/** What a subscription waits with. Announced is by `announce(topic)` in SQL, in the transaction of the change. */
export interface Changes {
  /** From when this resolves, no committed change of these topics (ids) is missed. Whoever calls it closes it. */
  watch(topics: readonly string[]): Promise<ChangeWatch>;
}

export interface ChangeNotices extends Changes {
  close(): Promise<void>;
}

const channel = 'change';
const firstPauseMs = 50;
const longestPauseMs = 5_000;
const heartbeatMs = 10_000;
const heartbeatTimeoutMs = 5_000;

/**
 * Hears what any process announces in this database, on one connection that is opened with the first watch. When the connection
 * breaks it is made again; then every watch is told that all of its topics may have changed, since notices are not kept.
 */
export function openChangeNotices(options: { url: string; applicationName: string; log: Logger }): ChangeNotices {
  const { log } = options;
  const watches = new Set<Watch>();
  const byTopic = new Map<string, Set<Watch>>();
  const closing = new AbortController();
  let running: { firstAttempt: Promise<void>; end: Promise<void> } | undefined;

  /** Listens until the connection breaks. @throws why it could not be made, or broke */
  async function listen(onListening: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: `${options.applicationName} listener`,
      connectionTimeoutMillis: 15_000,
      keepAlive: true,
    });
    let end = (_failure: Error | null): void => undefined;
    const ended = new Promise<Error | null>((resolve) => (end = resolve));
    const stop = (): void => end(null);
    closing.signal.addEventListener('abort', stop);
    client.on('error', end);
    client.on('end', () => end(new Error('the server closed the connection')));
    client.on('notification', ({ payload = '' }) => byTopic.get(payload)?.forEach((watch) => watch.announce([payload])));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      onListening();
      // Without traffic a connection can be dead for long before anybody notices.
      const heartbeat = setInterval(() => {
        client.query({ text: 'select 1', query_timeout: heartbeatTimeoutMs } as pg.QueryConfig).catch(end);
      }, heartbeatMs);
      const failure = await ended.finally(() => clearInterval(heartbeat));
      if (failure) throw failure;
    } finally {
      closing.signal.removeEventListener('abort', stop);
      await client.end().catch(() => undefined); // it is thrown away: what it says now is no news
    }
  }

  async function keepListening(onFirstAttempt: () => void): Promise<void> {
    for (let failures = 0; !closing.signal.aborted;) {
      try {
        await listen(() => {
          // The first time nobody has missed anything: watches are given out after it.
          for (const watch of watches) if (watch.given) watch.announce(watch.topics);
          failures = 0;
          onFirstAttempt();
        });
      } catch (error) {
        onFirstAttempt();
        log.warn({ reason: reasonForLog(error) }, 'changes are not heard at the moment; connecting again');
        const wait = Math.min(firstPauseMs * 2 ** failures++, longestPauseMs);
        await pause(wait, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  function start(): Promise<void> {
    if (!running) {
      let attempted = (): void => undefined;
      const firstAttempt = new Promise<void>((resolve) => (attempted = resolve));
      running = { firstAttempt, end: keepListening(attempted) };
    }
    return running.firstAttempt;
  }

  return {
    async watch(topics) {
      const watch = createWatch(topics, () => {
        watches.delete(watch);
        for (const topic of topics) {
          const others = byTopic.get(topic);
          others?.delete(watch);
          if (others?.size === 0) byTopic.delete(topic);
        }
      });
      if (closing.signal.aborted) {
        watch.close();
        return watch;
      }
      watches.add(watch);
      for (const topic of topics) byTopic.set(topic, (byTopic.get(topic) ?? new Set()).add(watch));
      await start();
      watch.given = true;
      return watch;
    },
    async close() {
      closing.abort();
      for (const watch of watches) watch.close();
      await running?.end;
    },
  };
}

interface Watch extends ChangeWatch {
  readonly topics: readonly string[];
  given: boolean;
  announce(topics: readonly string[]): void;
}

function createWatch(topics: readonly string[], onClose: () => void): Watch {
  let announced = new Set<string>();
  let closed = false;
  let wake = (): void => undefined;
  return {
    topics,
    given: false,
    announce(news) {
      for (const topic of news) announced.add(topic);
      wake();
    },
    async next() {
      if (!closed && announced.size === 0) await new Promise<void>((resolve) => (wake = resolve));
      if (closed) return null;
      const news = announced;
      announced = new Set();
      return news;
    },
    close() {
      if (closed) return;
      closed = true;
      onClose();
      wake();
    },
  };
}
