import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const common = { APOLLO_TELEMETRY_DISABLED: '1', LOG_LEVEL: 'warn', LOG_FORMAT: 'json' };

const running = new Set<ChildProcess>();

/** Whatever ends the bench, its processes end too. Called once, by the command. */
export function endProcessesWithBench(): void {
  process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

/** A process of the bench, with the end of its output. */
export class BenchProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  #output = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { NODE_ENV: _, ...inherited } = process.env;
    const nodeOptions = args.slice(0, args[0] === '--import' ? 2 : 0);
    const [file = '', ...rest] = args.slice(nodeOptions.length);
    this.child = fork(file, rest, {
      env: { ...inherited, ...common, ...env },
      execArgv: nodeOptions,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    running.add(this.child);
    this.child.once('exit', () => running.delete(this.child));
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output = `${this.#output}${chunk.toString()}`.slice(-4_000);
      });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process did not start');
    return this.child.pid;
  }

  /** The end of what it wrote. */
  get output(): string {
    return this.#output;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ended) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const cutOff = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(cutOff);
  }
}

export const ownProcess = (file: string, ...args: readonly string[]): BenchProcess =>
  new BenchProcess(['--import', 'tsx', fileURLToPath(new URL(file, import.meta.url)), ...args]);

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The first answer with status 200 to a GraphQL request. @throws when the process ends first, or after half a minute */
export async function firstAnswer(server: BenchProcess, url: string, body = '{"query":"{ __typename }"}'): Promise<string> {
  const giveUpAt = performance.now() + 30_000;
  let last = 'nobody listened';
  while (performance.now() < giveUpAt) {
    if (server.ended) throw new Error(`it ended at once: ${server.output}`);
    try {
      const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const text = await response.text();
      if (response.status === 200) return text;
      last = `status ${response.status}: ${text.slice(0, 300)}`;
    } catch {
      // Nobody listens yet.
    }
    await pause(5);
  }
  throw new Error(`no answer in 30 s (${last}): ${server.output}`);
}
